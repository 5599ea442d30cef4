namespace RecSys.Data.Models;

/// <summary>The tracks nearest to one track, nearest first. The two arrays run in parallel.</summary>
/// <param name="TrackId">The track whose neighbours these are; it is not among them.</param>
/// <param name="SimilarTrackIds">The neighbours.</param>
/// <param name="Scores">Cosine of the item factors, -1 to 1.</param>
public sealed record SimilarTracksRecord(string TrackId, string[] SimilarTrackIds, float[] Scores);
