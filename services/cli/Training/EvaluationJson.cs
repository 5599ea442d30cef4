using System.Text.Json.Nodes;
using RecSys.Contracts.Trainer.V1;

namespace RecSys.Cli.Training;

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
        ["models"] = new JsonArray([.. model.Metrics.Where(m => m.Key.Contains('@')).GroupBy(m => m.Key[..m.Key.IndexOf('/')])
            .OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => (JsonNode)new JsonObject
            {
                ["model"] = group.Key,
                ["settings"] = Settings(model, group.Key),
                ["metrics"] = new JsonObject(group.OrderBy(m => m.Key, StringComparer.Ordinal)
                    .Select(m => KeyValuePair.Create(m.Key[(m.Key.IndexOf('/') + 1)..], (JsonNode?)m.Value))),
                ["seconds"] = new JsonObject { ["fit"] = Value(model, $"{group.Key}/fit-seconds"), ["evaluate"] = Value(model, $"{group.Key}/evaluate-seconds") },
            })]),
    };

    private static JsonObject Settings(Model model, string name) => new(model.Settings
        .Where(s => s.Key.StartsWith(name + ".", StringComparison.Ordinal)).OrderBy(s => s.Key, StringComparer.Ordinal)
        .Select(s => KeyValuePair.Create(s.Key[(name.Length + 1)..], (JsonNode?)s.Value)));

    private static long? Count(Model model, string key) => model.Metrics.TryGetValue(key, out var value) ? (long)value : null;

    private static double? Value(Model model, string key) => model.Metrics.TryGetValue(key, out var value) ? value : null;
}
