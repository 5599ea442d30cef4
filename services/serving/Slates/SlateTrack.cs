namespace RecSys.Serving.Slates;

/// <summary>A track that may come into the slate.</summary>
/// <param name="TrackId">The track.</param>
/// <param name="Score">Larger is better; comparable within one answer only.</param>
/// <param name="Sources">Who brought it, the strongest first; at least one.</param>
internal sealed record SlateTrack(string TrackId, double Score, IReadOnlyList<SlateSource> Sources);
