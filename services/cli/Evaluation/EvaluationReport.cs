using System.Globalization;
using System.Text.Json.Nodes;
using RecSys.Algorithms.Evaluation;
using RecSys.Cli.Evaluation.Data;
using RecSys.Cli.Evaluation.Models;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using Spectre.Console;

namespace RecSys.Cli.Evaluation;

/// <summary>Measured models as JSON and as a table.</summary>
internal static class EvaluationReport
{
    public static JsonObject ToJson(EvaluationData data, IReadOnlyList<MeasuredModel> models) => new()
    {
        ["data"] = data.ToJson(),
        ["models"] = new JsonArray([.. models.Select(model => (JsonNode)ToJson(model))]),
    };

    public static void Print(IAnsiConsole console, EvaluationData data, IReadOnlyList<MeasuredModel> models)
    {
        PrintData(console, data);
        var metrics = models[0].Result.Metrics.Select(value => value.Metric).ToArray();
        var best = metrics.Select(metric => models.Count < 2 ? null : Best(models, metric)).ToArray();
        var common = Common(models);
        var withSettings = models.Any(model => model.Plan.Given.Any(pair => !common.Contains(pair)));
        var table = Tables.Create([
            "Model", .. withSettings ? (string[])["Settings"] : [], .. metrics.Select(metric => metric.ToString()), "Fit", "Evaluate"]);
        foreach (var model in models)
        {
            table.AddRow([
                model.Plan.Model,
                .. withSettings ? (string[])[Markup.Escape(Describe(model.Plan, common))] : [],
                .. model.Result.Metrics.Select((value, at) => Cell(value, ReferenceEquals(best[at], model))),
                string.Create(CultureInfo.InvariantCulture, $"{model.FitSeconds:F2} s"),
                string.Create(CultureInfo.InvariantCulture, $"{model.Result.Seconds:F2} s")]);
        }

        console.Write(table);
        if (models.Count > 1)
        {
            console.WriteLine("* the best of its column");
        }

        foreach (var model in models.Where(model => model.Fitted.FoundSettings is not null))
        {
            console.Profile.Out.Writer.WriteLine($"Found for {model.Plan.Model}: --set {string.Join(' ', model.Fitted.FoundSettings!.Select(pair => $"{pair.Key}={pair.Value}"))}");
        }

        if (common.Length > 0)
        {
            console.WriteLine($"With {string.Join(' ', common.Select(pair => $"{pair.Key}={pair.Value}"))}");
        }
    }

    /// <summary>The model with the best value of a metric.</summary>
    public static MeasuredModel Best(IReadOnlyList<MeasuredModel> models, Metric metric) =>
        metric.LowerIsBetter ? models.MinBy(model => model.Result[metric])! : models.MaxBy(model => model.Result[metric])!;

    /// <summary>The settings that were given, such as <c>alpha=40 factors=16</c>.</summary>
    /// <param name="plan">The model.</param>
    /// <param name="without">Settings to leave out; null for none.</param>
    public static string Describe(ModelPlan plan, IReadOnlyCollection<KeyValuePair<string, string>>? without = null) => string.Join(
        ' ', plan.Given.Where(pair => without?.Contains(pair) != true).Select(pair => $"{(pair.Key.StartsWith(plan.Model + ".", StringComparison.Ordinal) ? pair.Key[(plan.Model.Length + 1)..] : pair.Key)}={pair.Value}"));

    /// <summary>A value as tables and pictures show it.</summary>
    public static string Text(Metric metric, double value) => value.ToString(
        metric.Kind switch
        {
            MetricKind.Epr or MetricKind.EprCatalogue => "F2",
            MetricKind.AveragePopularity => "F1",
            _ => "F4",
        },
        CultureInfo.InvariantCulture);

    // Settings that are the same wherever they apply need not be repeated in every row.
    private static KeyValuePair<string, string>[] Common(IReadOnlyList<MeasuredModel> models) =>
        [.. models.SelectMany(model => model.Plan.Given).Distinct().GroupBy(pair => pair.Key).Where(values => values.Count() == 1).Select(values => values.Single())];

    private static JsonObject ToJson(MeasuredModel model)
    {
        var settings = (JsonObject)model.Plan.Settings.DeepClone();
        foreach (var (key, value) in model.Fitted.FoundSettings ?? [])
        {
            settings[key] = value?.DeepClone();
        }

        var json = new JsonObject
        {
            ["model"] = model.Plan.Model,
            ["settings"] = settings,
            ["metrics"] = new JsonObject(model.Result.Metrics.Select(value => KeyValuePair.Create(value.Metric.ToString(), (JsonNode?)value.Value))),
            ["seconds"] = new JsonObject { ["fit"] = model.FitSeconds, ["evaluate"] = model.Result.Seconds },
        };
        var intervals = model.Result.Metrics.Where(value => value.Interval is not null).ToArray();
        if (intervals.Length > 0)
        {
            json["intervals"] = new JsonObject(intervals.Select(value => KeyValuePair.Create(
                value.Metric.ToString(), (JsonNode?)new JsonObject { ["low"] = value.Interval!.Value.Low, ["high"] = value.Interval.Value.High })));
        }

        if (model.Fitted.Tuning is { } tuning)
        {
            json["tuning"] = tuning.DeepClone();
        }

        if (model.Fitted.Losses.Count > 0)
        {
            json["losses"] = new JsonArray([.. model.Fitted.Losses.Select(loss => (JsonNode)loss)]);
        }

        return json;
    }

    private static void PrintData(IAnsiConsole console, EvaluationData data)
    {
        var report = data.Split.Report;
        console.WriteLine(
            $"{data.Source}: {NumberText.Count(data.Train.RowCount, "user")} × {NumberText.Count(data.Train.ColumnCount, "item")}, {NumberText.Count(data.Train.CellCount, "train pair")}, {NumberText.Count(data.Test.CellCount, "test pair")} of {NumberText.Count(report.UsersWithTest, "user")} ({report.Split})");
        var dropped = report.Dropped.Where(rule => rule.Rows > 0).ToArray();
        if (dropped.Length > 0)
        {
            console.WriteLine($"Left out: {string.Join(", ", dropped.Select(rule => $"{rule.Pairs:N0} pairs ({rule.Rule})"))}");
        }
    }

    private static string Cell(MetricValue value, bool isBest)
    {
        var text = Text(value.Metric, value.Value) + (isBest ? "*" : "");
        return value.Interval is { } interval
            ? $"{text} ({Text(value.Metric, interval.Low)}–{Text(value.Metric, interval.High)})"
            : text;
    }
}
