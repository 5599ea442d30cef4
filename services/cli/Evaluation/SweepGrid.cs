using RecSys.Cli.Evaluation.Models;
using RecSys.Cli.Output;

namespace RecSys.Cli.Evaluation;

/// <summary>All combinations of the values given for one family of models.</summary>
/// <param name="Family">The family.</param>
/// <param name="Axes">Settings with more than one value; none for a model that is measured once.</param>
/// <param name="Plans">A model for each combination, the last axis changing fastest.</param>
internal sealed record SweepGrid(ModelFamily Family, IReadOnlyList<SweepAxis> Axes, IReadOnlyList<ModelPlan> Plans)
{
    /// <summary>More models than this are surely not meant.</summary>
    public const int MaxModels = 2_000;

    /// <param name="family">The family.</param>
    /// <param name="given">Settings of any family, several values separated by commas.</param>
    /// <exception cref="UsageException">A value isn't allowed, or there are too many combinations.</exception>
    public static SweepGrid Create(ModelFamily family, IEnumerable<KeyValuePair<string, string>> given)
    {
        var axes = given
            .Where(pair => family.Parts.Prepend(family).Any(part => pair.Key.StartsWith(part.Name + ".", StringComparison.Ordinal)))
            .Select(pair => new SweepAxis(
                pair.Key, [.. pair.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)]))
            .ToArray();
        if (axes.FirstOrDefault(axis => axis.Values.Count == 0) is { } empty)
        {
            throw new UsageException($"--set {empty.Key}: has no value. Give values separated by commas, such as als.alpha=1,10,40.");
        }

        if (axes.Aggregate(1.0, (product, axis) => product * axis.Values.Count) > MaxModels)
        {
            throw new UsageException($"The grid of {family.Name} has {axes.Aggregate(1.0, (product, axis) => product * axis.Values.Count):N0} models, more than {MaxModels:N0}. Give fewer values.");
        }

        IEnumerable<Dictionary<string, string>> combinations = [[]];
        foreach (var axis in axes)
        {
            combinations = combinations.SelectMany(start => axis.Values.Select(value => new Dictionary<string, string>(start) { [axis.Key] = value }));
        }

        return new SweepGrid(
            family, [.. axes.Where(axis => axis.Values.Count > 1)], [.. combinations.Select(chosen => family.Plan(chosen) with { Given = chosen })]);
    }
}

/// <summary>A setting that takes several values.</summary>
/// <param name="Key">Full key, such as <c>als.alpha</c>.</param>
/// <param name="Values">Its values as they were given, without repeats.</param>
internal sealed record SweepAxis(string Key, IReadOnlyList<string> Values);
