using System.Text.Json.Nodes;
using RecSys.Cli.Models;
using RecSys.Contracts.Trainer.V1;

namespace RecSys.Cli.Output;

/// <summary>A version's evaluation in the shape that evaluate, sweep and demo share.</summary>
internal static class EvaluationJson
{
    public static JsonObject From(Model model) => new()
    {
        ["modelVersion"] = model.ModelVersion,
        ["data"] = new JsonObject
        {
            ["users"] = model.UserCount,
            ["items"] = model.TrackCount,
            ["train"] = Count(model, "data/train"),
            ["test"] = Count(model, "data/test"),
        },
        ["models"] = new JsonArray([.. MeasuredMetric.Of(model).GroupBy(metric => metric.Model).Select(group => (JsonNode)ToJson(model, group.Key, [.. group]))]),
        ["sources"] = new JsonArray([.. SourceMetric.Of(model).Select(source => (JsonNode)new JsonObject
        {
            ["source"] = source.Source,
            ["metrics"] = new JsonObject { ["ndcg@10"] = source.Ndcg },
            ["rankerLead"] = new JsonObject { ["value"] = source.Lead, ["low"] = source.Low, ["high"] = source.High },
        })]),
        ["cold"] = new JsonObject(MeasuredMetric.OfColdUsers(model).Select(figure => KeyValuePair.Create(figure.Key, (JsonNode?)figure.Value))),
    };

    private static JsonObject ToJson(Model model, string name, MeasuredMetric[] metrics) => new()
    {
        ["model"] = name,
        ["settings"] = Settings(model, name),
        ["metrics"] = new JsonObject(metrics.Select(metric => KeyValuePair.Create(metric.Metric, (JsonNode?)metric.Value))),
        ["intervals"] = new JsonObject(metrics.Where(metric => metric.Low is not null).Select(metric => KeyValuePair.Create(
            metric.Metric, (JsonNode?)new JsonObject { ["low"] = metric.Low, ["high"] = metric.High }))),
        ["seconds"] = new JsonObject { ["fit"] = Value(model, $"{name}/fit-seconds"), ["evaluate"] = Value(model, $"{name}/evaluate-seconds") },
    };

    // Those of als and ranker are groups of their own, those of the others stand under models.
    private static JsonObject Settings(Model model, string name) => new(new[] { $"{name}.", $"models.{name}." }
        .SelectMany(group => model.Settings
            .Where(s => s.Key.StartsWith(group, StringComparison.Ordinal))
            .Select(s => (Key: s.Key[group.Length..], s.Value)))
        .Where(s => s.Key != "enabled").OrderBy(s => s.Key, StringComparer.Ordinal)
        .Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value)));

    private static long? Count(Model model, string key) => model.Metrics.TryGetValue(key, out var value) ? (long)value : null;

    private static double? Value(Model model, string key) => model.Metrics.TryGetValue(key, out var value) ? value : null;
}
