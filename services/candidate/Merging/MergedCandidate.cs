namespace RecSys.Candidate.Merging;

/// <summary>An item with what every source that retrieved it says of it, in the order of the sources.</summary>
internal sealed record MergedCandidate(int ItemIndex, IReadOnlyList<SourceVote> Votes);
