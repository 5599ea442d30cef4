using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Neighbors;

/// <summary>Settings of <see cref="UserNeighborModel"/>.</summary>
public sealed record UserNeighborOptions
{
    /// <summary>
    /// Whether the mean of a user's cells is taken off each of them first, so that a cell says more or less than usual for
    /// this user.
    /// </summary>
    public bool Center { get; init; } = true;

    /// <summary>Neighbours kept of each user, the most similar above 0; 0 keeps all, also those below 0.</summary>
    public int NeighborCount { get; init; }

    /// <summary>
    /// Whether a user who resembles nobody gets the score 0 for every item, as the textbook definition has it. By default
    /// such a user has no scores and nothing is recommended.
    /// </summary>
    public bool ScoreUnrelated { get; init; }

    /// <summary>More bytes of neighbours than this are an error; 8 bytes each.</summary>
    public long MemoryLimitBytes { get; init; } = 4L << 30;

    /// <summary>
    /// Pairs of users of one item that are looked at, of all items together; where there are more, a sample of the listeners of the
    /// most popular items (<see cref="PairLimit"/>). Time grows with them. No limit by default.
    /// </summary>
    public double MaxPairs { get; init; } = double.PositiveInfinity;

    /// <summary>Seed of that sample.</summary>
    public int Seed { get; init; }

    /// <summary>Threads; 0 takes every core.</summary>
    public int ThreadCount { get; init; }

    internal void Validate()
    {
        if (NeighborCount < 0 || ThreadCount < 0 || MemoryLimitBytes < 1 || !(MaxPairs > 0))
        {
            throw new AlgorithmException(
                AlgorithmError.InvalidSetting, "NeighborCount and ThreadCount must be 0 or more, MemoryLimitBytes and MaxPairs above 0.");
        }
    }
}
