namespace RecSys.Lake;

/// <summary>Conversions between instants and the lake's microseconds since 1970-01-01 UTC.</summary>
internal static class LakeTime
{
    public static long ToMicroseconds(DateTimeOffset time) =>
        Math.DivRem(time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks, TimeSpan.TicksPerMicrosecond, out var rest)
        - (rest < 0 ? 1 : 0);

    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
