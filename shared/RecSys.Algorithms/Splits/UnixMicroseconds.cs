namespace RecSys.Algorithms.Splits;

/// <summary>The unit of times in a log: microseconds since 1970-01-01 UTC.</summary>
internal static class UnixMicroseconds
{
    public static long From(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long From(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;
}
