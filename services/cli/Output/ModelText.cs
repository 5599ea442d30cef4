using System.Text.Json.Nodes;
using RecSys.Contracts.Trainer.V1;
using Spectre.Console;

namespace RecSys.Cli.Output;

/// <summary>Model versions as JSON and for people.</summary>
internal static class ModelText
{
    private const string OrderedBy = "ndcg@20";

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

    /// <summary>One row a metric, one column a model, with 95 % intervals; the best of each row is marked.</summary>
    public static void PrintMetrics(IAnsiConsole console, Model version)
    {
        var cells = MeasuredMetric.Of(version);
        if (cells.Count == 0)
        {
            return;
        }

        var models = cells.GroupBy(cell => cell.Model)
            .OrderBy(group => group.FirstOrDefault(cell => cell.Metric == OrderedBy)?.Value ?? 0)
            .Select(group => group.Key)
            .ToArray();
        var table = Tables.Create(["On withheld plays", .. models]);
        foreach (var row in cells.GroupBy(cell => cell.Metric))
        {
            var best = row.Count() > 1 ? row.Max(cell => cell.Value) : double.NaN;
            table.AddRow([row.Key, .. models.Select(model => row.FirstOrDefault(cell => cell.Model == model) is { } cell ? $"{cell.Text}{(cell.Value == best ? "*" : "")}" : "–")]);
        }

        console.Write(table);
        if (models.Length > 1)
        {
            console.WriteLine("* the best of its row");
        }

        if (MeasuredMetric.OfColdUsers(version) is [_, ..] cold && cold.First(figure => figure.Key == "users").Value > 0)
        {
            console.WriteLine($"Users that no model knows, served popular tracks: {string.Join(", ", cold.Select(figure => FormattableString.Invariant($"{figure.Key} {figure.Value:0.####}")))}");
        }
    }
}
