namespace RecSys.Serving.Slates;

/// <summary>The tracks from which a slate is chosen.</summary>
/// <param name="ModelVersion">The version that they come from.</param>
/// <param name="Tracks">Best first.</param>
/// <param name="Degradations">What was missing, a line each; empty when nothing was.</param>
internal sealed record RankedTracks(string ModelVersion, IReadOnlyList<SlateTrack> Tracks, IReadOnlyList<string> Degradations);
