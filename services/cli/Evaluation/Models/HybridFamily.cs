using System.Globalization;
using System.Text.Json.Nodes;
using RecSys.Algorithms.Hybrid;
using RecSys.Cli.Output;

namespace RecSys.Cli.Evaluation.Models;

/// <summary>
/// A weighted sum of other models: <c>hybrid.als=1</c> and so on are the weights; the parts take their own settings, such as
/// <c>als.factors</c>.
/// </summary>
internal sealed class HybridFamily(IReadOnlyList<ModelFamily> parts) : ModelFamily("hybrid")
{
    private static readonly Dictionary<string, float> DefaultWeights = new() { ["als"] = 1, ["item-knn"] = 0.25f };

    public override IReadOnlyList<string> Keys { get; } = [.. parts.Select(part => part.Name)];

    public override IReadOnlyList<ModelFamily> Parts => parts;

    public override ModelPlan Plan(IReadOnlyDictionary<string, string> given)
    {
        var weighted = parts.Select(part => (Plan: part.Plan(given), Weight: Weight(part.Name, given))).Where(part => part.Weight > 0).ToArray();
        if (weighted.Length == 0)
        {
            throw new UsageException($"--set hybrid.…: every weight is 0. Give at least one of {string.Join(", ", Keys.Select(key => $"hybrid.{key}"))} a weight above 0.");
        }

        var settings = new JsonObject(parts.Select(part => KeyValuePair.Create(part.Name, (JsonNode?)Weight(part.Name, given))));
        foreach (var (plan, _) in weighted)
        {
            foreach (var (key, value) in plan.Settings)
            {
                settings[$"{plan.Model}.{key}"] = value?.DeepClone();
            }
        }

        return new ModelPlan(Name, settings, request => Fit(request, weighted));
    }

    private static FittedModel Fit(FitRequest request, (ModelPlan Plan, double Weight)[] weighted)
    {
        var components = new List<HybridComponent>();
        foreach (var (plan, weight) in weighted)
        {
            var done = components.Count;
            var part = request with
            {
                Report = (share, remark) => request.Report((done + share) / weighted.Length, remark is null ? plan.Model : $"{plan.Model} {remark}"),
            };
            part.Report(0, null);
            components.Add(new HybridComponent(plan.Fit(part).Model, (float)weight));
        }

        return new FittedModel(new HybridModel(request.Data.Train, components));
    }

    private static double Weight(string part, IReadOnlyDictionary<string, string> given)
    {
        if (!given.TryGetValue($"hybrid.{part}", out var text))
        {
            return DefaultWeights.GetValueOrDefault(part);
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) && weight >= 0 && double.IsFinite(weight)
            ? weight
            : throw new UsageException($"--set hybrid.{part}={text}: the weight must be a number of 0 or more.");
    }
}
