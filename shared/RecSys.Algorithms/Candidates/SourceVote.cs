namespace RecSys.Algorithms.Candidates;

/// <summary>What one source says of an item.</summary>
/// <param name="Source">The source.</param>
/// <param name="Score">Its own score.</param>
/// <param name="Rank">The item's place in its list, from 1.</param>
/// <param name="BecauseItemIndex">The heard item that brought it; negative where there is none.</param>
public readonly record struct SourceVote(SourceKind Source, double Score, int Rank, int BecauseItemIndex);
