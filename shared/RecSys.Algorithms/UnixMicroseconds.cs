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
}
