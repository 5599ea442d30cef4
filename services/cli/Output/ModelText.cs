using System.Globalization;
using System.Text.Json.Nodes;
using RecSys.Contracts.Trainer.V1;
using Spectre.Console;

namespace RecSys.Cli.Output;

/// <summary>Model versions as JSON and for people.</summary>
internal static class ModelText
{
    private const string OrderedBy = "ndcg@10";
    private const string Source = "source-";
    private const string Lead = "/ranker-lead";

    // As many as fit beside one another; JSON has all.
    private static readonly string[] Shown =
        ["ndcg@10", "ndcg@20", "map@20", "recall@5", "recall@20", "precision@5", "coverage@5", "coverage@20", "novelty@5"];


    public static JsonObject ToJson(Model model) => new()
    {
        ["modelVersion"] = model.ModelVersion,
        ["status"] = model.Status.ToString().ToLowerInvariant(),
        ["active"] = model.Active,
        ["created"] = model.CreateTime?.ToDateTimeOffset().ToString("O"),
        ["trainingSeconds"] = model.TrainingTime?.ToTimeSpan().TotalSeconds,
        ["users"] = model.UserCount,
        ["tracks"] = model.TrackCount,
        ["interactions"] = model.InteractionCount,
        ["settings"] = new JsonObject(model.Settings.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))),
        ["metrics"] = new JsonObject(model.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))),
        ["baseModelVersion"] = model.BaseModelVersion.Length > 0 ? model.BaseModelVersion : null,
        ["error"] = model.Error.Length > 0 ? model.Error : null,
    };

    public static void Print(IAnsiConsole console, Model model)
    {
        console.MarkupLineInterpolated(
            $"[bold]{model.ModelVersion}[/]  {model.Status.ToString().ToLowerInvariant()}{(model.Active ? ", active" : "")}  {model.UserCount:N0} users × {model.TrackCount:N0} tracks, {model.InteractionCount:N0} interactions, trained in {model.TrainingTime?.ToTimeSpan().TotalSeconds ?? 0:F1} s");
        if (model.Error.Length > 0)
        {
            console.MarkupLineInterpolated($"[red]{model.Error}[/]");
        }

        PrintMetrics(console, model);
    }

    /// <summary>
    /// One row a model, one column a metric, with half of the width of the 95 % interval behind each value; the best of each
    /// column is marked. What the ranker gains over each of its sources stands apart.
    /// </summary>
    public static void PrintMetrics(IAnsiConsole console, Model version)
    {
        var cells = MeasuredMetric.Of(version).Where(cell => !cell.Model.StartsWith(Source, StringComparison.Ordinal)).ToArray();
        if (cells.Length == 0)
        {
            return;
        }

        var metrics = Shown.Where(metric => cells.Any(cell => cell.Metric == metric)).ToArray();
        console.WriteLine("On withheld plays:");
        var table = Tables.Create(["Model", .. metrics]);
        var models = cells.GroupBy(cell => cell.Model).ToArray();
        foreach (var model in models.OrderBy(model => model.FirstOrDefault(cell => cell.Metric == OrderedBy)?.Value ?? 0))
        {
            table.AddRow([model.Key, .. metrics.Select(metric => model.FirstOrDefault(cell => cell.Metric == metric) is { } cell
                ? cell.Text + (models.Length > 1 && cell.Value == cells.Where(other => other.Metric == metric).Max(other => other.Value) ? "*" : "")
                : "–")]);
        }

        console.Write(table);
        if (models.Length > 1)
        {
            console.WriteLine("* the best of its column; ± half of the 95 % interval over users");
        }

        PrintLeads(console, version);
        if (MeasuredMetric.OfColdUsers(version) is [_, ..] cold && cold.First(figure => figure.Key == "users").Value > 0)
        {
            console.WriteLine($"Users that no model knows, served popular tracks: {string.Join(", ", cold.Select(figure => FormattableString.Invariant($"{figure.Key} {figure.Value:0.####}")))}");
        }
    }

    private static void PrintLeads(IAnsiConsole console, Model version)
    {
        var leads = version.Metrics.Where(metric => metric.Key.EndsWith(Lead, StringComparison.Ordinal)).OrderByDescending(metric => metric.Value).ToArray();
        if (leads.Length == 0)
        {
            return;
        }

        var table = Tables.Create("The ranker against its sources", OrderedBy, "Ranker leads by", "95 % interval");
        foreach (var (key, lead) in leads)
        {
            var model = key[..^Lead.Length];
            table.AddRow(
                model[Source.Length..],
                Number(version.Metrics.GetValueOrDefault($"{model}/{OrderedBy}")),
                Number(lead),
                $"{Number(version.Metrics.GetValueOrDefault(key + "/low"))} … {Number(version.Metrics.GetValueOrDefault(key + "/high"))}");
        }

        console.Write(table);
    }

    private static string Number(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
