using System.Text.Json.Nodes;
using RecSys.Contracts.Trainer.V1;
using Spectre.Console;

namespace RecSys.Cli.Output;

/// <summary>Model versions as JSON and for people.</summary>
internal static class ModelText
{
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

    /// <summary>One row a model, one column a metric; keys are <c>model/metric</c>.</summary>
    public static void PrintMetrics(IAnsiConsole console, Model model)
    {
        var cells = model.Metrics.Where(m => m.Key.Contains('@'))
            .Select(m => (Model: m.Key[..m.Key.IndexOf('/')], Metric: m.Key[(m.Key.IndexOf('/') + 1)..], m.Value))
            .ToArray();
        if (cells.Length == 0)
        {
            return;
        }

        var metrics = cells.Select(c => c.Metric).Distinct().Order(StringComparer.Ordinal).ToArray();
        var table = Tables.Create(["On withheld plays", .. metrics]);
        foreach (var row in cells.GroupBy(c => c.Model).OrderBy(g => g.Max(c => c.Value)))
        {
            table.AddRow([row.Key, .. metrics.Select(m => row.Where(c => c.Metric == m).Select(c => $"{c.Value:F4}").FirstOrDefault("–"))]);
        }

        console.Write(table);
    }
}
