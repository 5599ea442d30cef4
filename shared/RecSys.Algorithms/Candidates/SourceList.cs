namespace RecSys.Algorithms.Candidates;

/// <summary>What one source retrieved: distinct items, best first.</summary>
/// <param name="Source">The source.</param>
/// <param name="Hits">What it found.</param>
public sealed record SourceList(SourceKind Source, IReadOnlyList<SourceHit> Hits);

/// <summary>An item that a source retrieved.</summary>
/// <param name="ItemIndex">The item.</param>
/// <param name="Score">The source's own score, larger is better.</param>
/// <param name="BecauseItemIndex">The heard item that brought it; <see cref="NoItem"/> where the source has none to name.</param>
public readonly record struct SourceHit(int ItemIndex, double Score, int BecauseItemIndex = SourceHit.NoItem)
{
    /// <summary>Stands for no item.</summary>
    public const int NoItem = -1;
}

/// <summary>Where a candidate comes from. The numbers are those of the contracts' CandidateSource.</summary>
public enum SourceKind
{
    /// <summary>Implicit ALS: product of the user's and the item's factors.</summary>
    Als = 1,

    /// <summary>Cosine of item factors with what was heard last.</summary>
    Similar = 2,

    /// <summary>Distinct listeners.</summary>
    Popular = 3,

    /// <summary>Item-item neighbours of all that was heard.</summary>
    ItemNeighbors = 4,

    /// <summary>What the most similar users heard.</summary>
    UserNeighbors = 5,

    /// <summary>What followed the last tracks in other sessions (Markov).</summary>
    Next = 6,
}
