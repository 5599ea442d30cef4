namespace RecSys.Algorithms;

/// <summary>The unit of times in a log: microseconds since 1970-01-01 UTC.</summary>
public static class UnixMicroseconds
{
    /// <summary>A time in microseconds; what is finer is cut off.</summary>
    public static long From(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>The length of a span in microseconds.</summary>
    public static long From(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The time, UTC.</summary>
    public static DateTimeOffset ToTime(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>The time, UTC, of microseconds that somebody sent.</summary>
    /// <returns>False when no time is so early or late.</returns>
    public static bool TryToTime(long microseconds, out DateTimeOffset time)
    {
        var isTime = microseconds >= From(DateTimeOffset.MinValue) && microseconds <= From(DateTimeOffset.MaxValue);
        time = isTime ? ToTime(microseconds) : default;
        return isTime;
    }

    /// <summary>The same moment, UTC, without what is finer than a microsecond.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time) => ToTime(From(time));
}
