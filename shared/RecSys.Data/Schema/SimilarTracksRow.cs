namespace RecSys.Data.Schema;

internal sealed record SimilarTracksRow(string ModelVersion, string TrackId, string[] SimilarTrackIds, float[] Scores) : IModelRow;
