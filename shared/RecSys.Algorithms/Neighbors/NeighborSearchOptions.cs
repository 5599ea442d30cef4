namespace RecSys.Algorithms.Neighbors;

/// <summary>Weights and limits of one sparse product; see <see cref="NeighborSearch"/>.</summary>
internal sealed record NeighborSearchOptions
{
    /// <summary>Weight of each inner index; null for 1.</summary>
    public double[]? InnerWeights { get; init; }

    /// <summary>Factor of each row as the one whose neighbours are looked for.</summary>
    public required double[] RowFactors { get; init; }

    /// <summary>Factor of each row as a neighbour.</summary>
    public required double[] NeighborFactors { get; init; }

    /// <summary>Similarities are multiplied by n / (n + Shrinkage), n being the number of inner indices in common.</summary>
    public double Shrinkage { get; init; }

    /// <summary>The best neighbours kept of each row, of those above 0; 0 keeps every one whose similarity isn't 0.</summary>
    public int NeighborCount { get; init; }

    /// <summary>More bytes of neighbours than this are an error.</summary>
    public long MemoryLimitBytes { get; init; } = long.MaxValue;

    /// <summary>Threads; 0 takes every core.</summary>
    public int ThreadCount { get; init; }
}
