using RecSys.Contracts.Common.V1;

namespace RecSys.Serving.Slates;

/// <summary>A source that brought a track.</summary>
/// <param name="Source">The source.</param>
/// <param name="Score">Its own score: listeners for popular.</param>
/// <param name="BecauseTrackId">For similar: the heard track that brought it. Empty otherwise.</param>
internal sealed record SlateSource(CandidateSource Source, double Score, string BecauseTrackId = "");
