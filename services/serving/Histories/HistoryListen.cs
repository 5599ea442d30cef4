namespace RecSys.Serving.Histories;

/// <summary>One listen of a user's history.</summary>
/// <param name="TrackId">The track.</param>
/// <param name="ListenedAtMicroseconds">When the play began, in microseconds since 1970-01-01 UTC.</param>
/// <param name="PlayedShare">Share of the track that was played, 0 to 1; null when unknown.</param>
/// <param name="PlayCount">Plays that it stands for, at least 1.</param>
internal readonly record struct HistoryListen(string TrackId, long ListenedAtMicroseconds, float? PlayedShare, int PlayCount)
{
    public DateTimeOffset ListenedAt => DateTimeOffset.UnixEpoch.AddMicroseconds(ListenedAtMicroseconds);

    public HistoryPosition Position => new(ListenedAtMicroseconds, TrackId);

    public static long ToMicroseconds(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
