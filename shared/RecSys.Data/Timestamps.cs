namespace RecSys.Data;

/// <summary>Both databases keep times in UTC to the microsecond, so that what is read equals what was written.</summary>
internal static class Timestamps
{
    private static readonly long EpochTicks = DateTimeOffset.UnixEpoch.Ticks;

    /// <summary>Microseconds since 1970, rounded down.</summary>
    public static long ToUnixMicroseconds(DateTimeOffset time) =>
        (time.UtcTicks / TimeSpan.TicksPerMicrosecond) - (EpochTicks / TimeSpan.TicksPerMicrosecond);

    public static DateTimeOffset FromUnixMicroseconds(long microseconds) =>
        new(EpochTicks + (microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    public static bool TryFromUnixMicroseconds(long microseconds, out DateTimeOffset time)
    {
        var inRange = microseconds >= ToUnixMicroseconds(DateTimeOffset.MinValue)
            && microseconds <= ToUnixMicroseconds(DateTimeOffset.MaxValue);
        time = inRange ? FromUnixMicroseconds(microseconds) : default;
        return inRange;
    }

    /// <summary>The same moment in UTC, rounded down to the microsecond.</summary>
    public static DateTimeOffset ToStored(DateTimeOffset time) => FromUnixMicroseconds(ToUnixMicroseconds(time));
}
