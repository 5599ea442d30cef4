using System.Globalization;
using System.Text.Json.Nodes;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using RecSys.Contracts.Trainer.V1;
using Spectre.Console;

namespace RecSys.Cli.Models;

/// <summary>Model versions as JSON and for people.</summary>
internal static class ModelText
{
    private const string OrderedBy = "ndcg@10";

    // What stands in for ALS where that is off.
    private static readonly string[] PersonalModels = ["als", "item-knn", "user-knn"];

    // As many as fit into 80 columns; JSON has all.
    private static readonly string[] OfLists = ["precision@5", "recall@5", "coverage@5", "novelty@5"];
    private static readonly string[] OfModels = ["ndcg@10", "ndcg@20", "recall@20", "coverage@20"];

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
            $"[bold]{model.ModelVersion}[/]  {model.Status.ToString().ToLowerInvariant()}{(model.Active ? ", active" : "")}  {NumberText.Count(model.UserCount, "user")} × {NumberText.Count(model.TrackCount, "track")}, {NumberText.Count(model.InteractionCount, "interaction")}, trained in {model.TrainingTime?.ToTimeSpan().TotalSeconds ?? 0:F1} s");
        if (model.Error.Length > 0)
        {
            console.MarkupLineInterpolated($"[red]{model.Error}[/]");
        }

        PrintMetrics(console, model);
    }

    /// <summary>
    /// First the lists that users get, then every model, with half of the width of the 95 % interval behind each value and the
    /// best of each column marked; then what the ranker gains over each of its sources, and users whom no model knows.
    /// </summary>
    public static void PrintMetrics(IAnsiConsole console, Model version)
    {
        var cells = MeasuredMetric.Of(version);
        if (cells.Count == 0)
        {
            return;
        }

        var models = cells.GroupBy(cell => cell.Model).ToDictionary(model => model.Key, model => model.ToArray());
        console.WriteLine($"On the withheld plays of {version.Metrics.GetValueOrDefault("data/measured-users"):N0} users, ± half of the 95 % interval, * the best of its column:");
        (string List, string? Model)[] lists =
            [("popular", "popularity"), ("personal", Array.Find(PersonalModels, models.ContainsKey)), ("final", "ranker")];
        PrintTable(
            console,
            "Lists",
            OfLists,
            lists.Where(list => list.Model is not null && models.ContainsKey(list.Model)).Select(list => ($"{list.List} ({list.Model})", models[list.Model!])));
        PrintTable(
            console,
            "Models",
            OfModels,
            models.OrderBy(model => model.Value.FirstOrDefault(cell => cell.Metric == OrderedBy)?.Value ?? 0).Select(model => (model.Key, model.Value)));
        PrintLeads(console, version);
        PrintColdUsers(console, version);
    }

    private static void PrintTable(
        IAnsiConsole console, string title, IEnumerable<string> columns, IEnumerable<(string Name, MeasuredMetric[] Cells)> rows)
    {
        var all = rows.ToArray();
        var metrics = columns.Where(metric => all.Any(row => row.Cells.Any(cell => cell.Metric == metric))).ToArray();
        if (metrics.Length == 0)
        {
            return;
        }

        var table = Tables.Create([title, .. metrics]);
        foreach (var (name, cells) in all)
        {
            table.AddRow([name, .. metrics.Select(metric => Array.Find(cells, cell => cell.Metric == metric) is { } cell ? cell.Text + Mark(cell) : "–")]);
        }

        console.Write(table);

        string Mark(MeasuredMetric cell)
        {
            var values = all.SelectMany(row => row.Cells).Where(other => other.Metric == cell.Metric).Select(other => other.Value).ToArray();
            return values.Distinct().Count() > 1 && cell.Value == values.Max() ? "*" : "";
        }
    }

    private static void PrintColdUsers(IAnsiConsole console, Model version)
    {
        var cold = MeasuredMetric.OfColdUsers(version).ToDictionary(figure => figure.Key, figure => figure.Value);
        if (cold.GetValueOrDefault("users") > 0)
        {
            var table = Tables.Create("Cold users get", "users", "none relevant", "coverage of others", "recall@100");
            table.AddRow(
                "100 popular tracks",
                cold["users"].ToString("N0", CultureInfo.InvariantCulture),
                Number(cold.GetValueOrDefault("share-without-hit@100")),
                Number(cold.GetValueOrDefault("mean-coverage@100")),
                Number(cold.GetValueOrDefault("recall@100")));
            console.Write(table);
        }
    }

    private static void PrintLeads(IAnsiConsole console, Model version)
    {
        var sources = SourceMetric.Of(version);
        if (sources.Count == 0)
        {
            return;
        }

        var table = Tables.Create("Ranker against sources", OrderedBy, "Ranker leads by", "95 % interval");
        foreach (var source in sources)
        {
            table.AddRow(source.Source, Number(source.Ndcg), Number(source.Lead), $"{Number(source.Low)} … {Number(source.High)}");
        }

        console.Write(table);
    }

    private static string Number(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}

/// <summary>One metric of one model of a version, with its interval where it has one.</summary>
internal sealed record MeasuredMetric(string Model, string Metric, double Value, double? Low, double? High)
{
    private const string Cold = "cold";

    /// <summary>What a version's models reached on withheld plays, without sources of candidates and users that no model knows.</summary>
    public static IReadOnlyList<MeasuredMetric> Of(Model version) =>
    [
        .. from metric in version.Metrics
           let parts = metric.Key.Split('/')
           where parts.Length == 2 && parts[1].Contains('@') && parts[0] != Cold && !parts[0].StartsWith(SourceMetric.Prefix, StringComparison.Ordinal)
           orderby parts[0], parts[1]
           select new MeasuredMetric(parts[0], parts[1], metric.Value, End(version, metric.Key + "/low"), End(version, metric.Key + "/high")),
    ];

    /// <summary>Figures about users that no model knows, by name.</summary>
    public static IReadOnlyList<KeyValuePair<string, double>> OfColdUsers(Model version) =>
    [
        .. from metric in version.Metrics
           let parts = metric.Key.Split('/')
           where parts.Length == 2 && parts[0] == Cold
           orderby parts[1]
           select KeyValuePair.Create(parts[1], metric.Value),
    ];

    /// <summary>The value and half of its interval's width, as in tables: <c>.1234 ±.012</c>.</summary>
    public string Text => Low is null || High is null || High == Low ? Short(Value, 4) : $"{Short(Value, 4)} ±{Short((High.Value - Low.Value) / 2, 3)}";

    // Tables are wide: no zero before the point.
    private static string Short(double value, int digits)
    {
        var text = value.ToString("F" + digits, CultureInfo.InvariantCulture);
        return text.StartsWith("0.", StringComparison.Ordinal) ? text[1..] : text;
    }

    private static double? End(Model version, string key) => version.Metrics.TryGetValue(key, out var value) ? value : null;
}

/// <summary>A source of candidates beside the ranker that orders them, both measured on withheld plays.</summary>
/// <param name="Source">Its name.</param>
/// <param name="Ndcg">NDCG@10 of the source's own order.</param>
/// <param name="Lead">By how much the ranker's NDCG@10 is higher, as the mean over users.</param>
/// <param name="Low">Lower end of the lead's 95 % interval.</param>
/// <param name="High">Upper end of it.</param>
internal sealed record SourceMetric(string Source, double Ndcg, double Lead, double Low, double High)
{
    /// <summary>What names of sources begin with among a version's metrics.</summary>
    public const string Prefix = "source-";

    private const string OfLead = "/ranker-lead";

    /// <summary>The sources of a version that has a measured ranker, those that it leads most first.</summary>
    public static IReadOnlyList<SourceMetric> Of(Model version) =>
    [
        .. from metric in version.Metrics
           where metric.Key.StartsWith(Prefix, StringComparison.Ordinal) && metric.Key.EndsWith(OfLead, StringComparison.Ordinal)
           orderby metric.Value descending
           let name = metric.Key[..^OfLead.Length]
           select new SourceMetric(
               name[Prefix.Length..],
               version.Metrics.GetValueOrDefault($"{name}/ndcg@10"),
               metric.Value,
               version.Metrics.GetValueOrDefault(metric.Key + "/low"),
               version.Metrics.GetValueOrDefault(metric.Key + "/high")),
    ];
}
