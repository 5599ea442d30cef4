using RecSys.Contracts.Common.V1;

namespace RecSys.Candidate.Merging;

/// <summary>What one source says of an item.</summary>
/// <param name="Source">The source.</param>
/// <param name="Score">Its own score.</param>
/// <param name="Rank">The item's place in its list, from 1.</param>
/// <param name="BecauseItemIndex">The heard item that brought it; negative where there is none.</param>
internal readonly record struct SourceVote(CandidateSource Source, double Score, int Rank, int BecauseItemIndex);
