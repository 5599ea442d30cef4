namespace RecSys.Algorithms.Ranking.Features;

/// <summary>One value that the ranker looks at.</summary>
public sealed class RankingFeature
{
    internal RankingFeature(string name, string unit, string meaning, Func<FeatureContext, float> value, bool isCategorical = false, int direction = 0) =>
        (Name, Unit, Meaning, Value, IsCategorical, Direction) = (name, unit, meaning, value, isCategorical, direction);

    /// <summary>Its name in models and answers, such as <c>als_rank</c>.</summary>
    public string Name { get; }

    /// <summary>The unit or range of its values.</summary>
    public string Unit { get; }

    /// <summary>What it says, and when it is missing.</summary>
    public string Meaning { get; }

    /// <summary>Whether values are indices that have no order.</summary>
    public bool IsCategorical { get; }

    /// <summary>1 when more of it can only speak for a candidate, −1 when less of it can, 0 when that is open.</summary>
    public int Direction { get; }

    internal Func<FeatureContext, float> Value { get; }
}
