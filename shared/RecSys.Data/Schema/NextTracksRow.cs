namespace RecSys.Data.Schema;

internal sealed record NextTracksRow(string ModelVersion, string TrackId, string[] NextTrackIds, float[] Probabilities) : IModelRow;
