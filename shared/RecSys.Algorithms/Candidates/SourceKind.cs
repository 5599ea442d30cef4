namespace RecSys.Algorithms.Candidates;

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
