using RecSys.Algorithms.Als;

namespace RecSys.Algorithms.Candidates;

/// <summary>The items of a user's row, ascending.</summary>
public delegate ReadOnlySpan<int> HeardRow(int userIndex);

/// <summary>What the sources retrieve from. A source without its model brings nothing.</summary>
public sealed record RetrievalModels
{
    /// <summary>Number of items.</summary>
    public required int ItemCount { get; init; }

    /// <summary>Factors.</summary>
    public AlsModel? Als { get; init; }

    /// <summary>Similarity of items by their factors.</summary>
    public SimilarityIndex? Similarity { get; init; }

    /// <summary>Items by listeners.</summary>
    public PopularityOrder? Popular { get; init; }

    /// <summary>For each item its nearest by the listeners in common.</summary>
    public LinkTable? ItemNeighbors { get; init; }

    /// <summary>For each user the most similar users.</summary>
    public LinkTable? UserNeighbors { get; init; }

    /// <summary>What each user heard; goes with <see cref="UserNeighbors"/>.</summary>
    public HeardRow? Heard { get; init; }

    /// <summary>For each item what most often followed it.</summary>
    public LinkTable? Next { get; init; }

    /// <summary>The sources that have a model, in the order in which candidates are merged.</summary>
    public IEnumerable<SourceKind> Sources => Enum.GetValues<SourceKind>().Where(Has);

    private bool Has(SourceKind source) => source switch
    {
        SourceKind.Als => Als is not null,
        SourceKind.Similar => Similarity is not null,
        SourceKind.Popular => Popular is not null,
        SourceKind.ItemNeighbors => ItemNeighbors is not null,
        SourceKind.UserNeighbors => UserNeighbors is not null && Heard is not null,
        SourceKind.Next => Next is not null,
        _ => false,
    };
}

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
