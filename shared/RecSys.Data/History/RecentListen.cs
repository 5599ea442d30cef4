namespace RecSys.Data.History;

/// <summary>One play of a track by a user, as kept for serving. User, time and track together identify it.</summary>
/// <param name="UserId">The producer's own id.</param>
/// <param name="TrackId">The producer's own id. Need not be in the catalogue.</param>
/// <param name="ListenedAt">When the play began; kept to the microsecond, in UTC.</param>
/// <param name="PlayedShare">Share of the track that was played, 0 to 1; null when unknown.</param>
/// <param name="PlayCount">Plays that it stands for, at least 1.</param>
public sealed record RecentListen(string UserId, string TrackId, DateTimeOffset ListenedAt, float? PlayedShare = null, int PlayCount = 1);
