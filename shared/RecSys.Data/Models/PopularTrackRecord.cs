namespace RecSys.Data.Models;

/// <summary>One place in the list of tracks with the most listeners.</summary>
/// <param name="Rank">The place, from 1.</param>
/// <param name="TrackId">The track.</param>
/// <param name="ListenerCount">Distinct users who played it.</param>
/// <param name="PlayCount">How often it was played.</param>
public sealed record PopularTrackRecord(int Rank, string TrackId, long ListenerCount, long PlayCount);
