namespace RecSys.Data.Schema;

internal sealed record PopularTrackRow(string ModelVersion, int Rank, string TrackId, long ListenerCount, long PlayCount) : IModelRow;
