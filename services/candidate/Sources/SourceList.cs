using RecSys.Contracts.Common.V1;

namespace RecSys.Candidate.Sources;

/// <summary>What one source retrieved: distinct items, best first.</summary>
internal sealed record SourceList(CandidateSource Source, IReadOnlyList<SourceHit> Hits);
