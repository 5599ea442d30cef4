namespace RecSys.Algorithms.Evaluation;

/// <summary>What was ranked for one user, and what of it is relevant.</summary>
internal readonly ref struct UserRanking
{
    /// <summary>Recommended items, best first.</summary>
    public required ReadOnlySpan<int> Recommended { get; init; }

    /// <summary>Which of them are relevant.</summary>
    public required ReadOnlySpan<bool> Hits { get; init; }

    /// <summary>How many items are relevant at all.</summary>
    public required int RelevantCount { get; init; }

    /// <summary>Position of each relevant item in the whole ranking; empty when that isn't needed.</summary>
    public required ReadOnlySpan<int> Ranks { get; init; }

    /// <summary>How many items were ranked.</summary>
    public required int RankedCount { get; init; }

    /// <summary>How many items there are.</summary>
    public required int CatalogueCount { get; init; }

    /// <summary>The user's train items, ascending.</summary>
    public required ReadOnlySpan<int> TrainItems { get; init; }

    /// <summary>Distinct train users of each item.</summary>
    public required ReadOnlySpan<int> ItemUserCounts { get; init; }
}
