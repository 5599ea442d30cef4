using System.Globalization;
using System.Text.Json.Nodes;
using RecSys.Algorithms.Hybrid;
using RecSys.Cli.Output;

namespace RecSys.Cli.Evaluation.Models;

/// <summary>
/// A weighted sum of other models: <c>hybrid.als=1</c> and so on are the weights; the parts take their own settings, such as
/// <c>als.factors</c>.
/// </summary>
internal sealed class HybridFamily(IReadOnlyList<HybridPart> parts) : ModelFamily("hybrid")
{
    public override IReadOnlyList<string> Keys { get; } = [.. parts.Select(part => part.Family.Name)];

    public override IReadOnlyList<ModelFamily> Parts { get; } = [.. parts.Select(part => part.Family)];

    public override ModelPlan Plan(IReadOnlyDictionary<string, string> given)
    {
        var weighted = parts.Select(part => (Plan: part.Family.Plan(given), Weight: Weight(part, given))).Where(part => part.Weight > 0).ToArray();
        if (weighted.Length == 0)
        {
            throw new UsageException($"--set hybrid.…: every weight is 0. Give at least one of {string.Join(", ", Keys.Select(key => $"hybrid.{key}"))} a weight above 0.");
        }

        var settings = new JsonObject(parts.Select(part => KeyValuePair.Create(part.Family.Name, (JsonNode?)Weight(part, given))));
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

        return new FittedModel(new HybridModel(request.Train, components));
    }

    private static double Weight(HybridPart part, IReadOnlyDictionary<string, string> given)
    {
        if (!given.TryGetValue($"hybrid.{part.Family.Name}", out var text))
        {
            return Math.Round(part.DefaultWeight, 6);
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) && weight >= 0 && double.IsFinite(weight)
            ? weight
            : throw new UsageException($"--set hybrid.{part.Family.Name}={text}: the weight must be a number of 0 or more.");
    }
}

/// <summary>A model that a hybrid may have as a part.</summary>
/// <param name="Family">The model, with the defaults that it has in a hybrid.</param>
/// <param name="DefaultWeight">Its weight where none is given; 0 leaves it out.</param>
internal sealed record HybridPart(ModelFamily Family, double DefaultWeight);
