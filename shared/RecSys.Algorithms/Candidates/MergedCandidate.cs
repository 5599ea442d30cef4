namespace RecSys.Algorithms.Candidates;

/// <summary>An item with what every source that retrieved it says of it, in the order of the sources.</summary>
/// <param name="ItemIndex">The item.</param>
/// <param name="Votes">At least one, one a source.</param>
public sealed record MergedCandidate(int ItemIndex, IReadOnlyList<SourceVote> Votes);
