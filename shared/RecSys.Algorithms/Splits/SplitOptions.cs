namespace RecSys.Algorithms.Splits;

/// <summary>What happens to the rows of a split before they become matrices.</summary>
public sealed record SplitOptions
{
    /// <summary>
    /// Test pairs that are also in train are dropped, so that only what is new to a user counts ("novelty"). Switch it off to
    /// measure repeats as well.
    /// </summary>
    public bool NewPairsOnly { get; init; } = true;
}
