namespace RecSys.Algorithms.Candidates;

/// <summary>How the sources retrieve. The defaults are those of the candidate service, and of training.</summary>
public sealed record RetrievalOptions
{
    /// <summary>Distinct tracks heard last whose similar tracks are retrieved; 1 or more.</summary>
    public int SimilarSeeds { get; init; } = 10;

    /// <summary>Places among these by which a track's weight has halved; above 0.</summary>
    public double SimilarHalfLife { get; init; } = 5;

    /// <summary>Distinct tracks heard last whose successors are retrieved, each counting half of the one heard after it.</summary>
    public int NextSeeds { get; init; } = 3;

    /// <summary>Latest distinct tracks whose item-item neighbours are added up, so that a long history costs no more than this.</summary>
    public int NeighborSeeds { get; init; } = 500;
}
