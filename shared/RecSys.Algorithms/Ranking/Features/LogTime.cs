namespace RecSys.Algorithms.Ranking.Features;

/// <summary>Conversions of microseconds since 1970 UTC.</summary>
internal static class LogTime
{
    private const double MicrosecondsPerHour = 3.6e9;
    private const double MicrosecondsPerDay = 24 * MicrosecondsPerHour;

    // The mean Gregorian year has 365.2425 days.
    private const double DaysPerMonth = 365.2425 / 12;

    public static float Days(long microseconds) => (float)(microseconds / MicrosecondsPerDay);

    /// <summary>Days from one time to another; NaN when one is unknown (0).</summary>
    public static float DaysBetween(long from, long to) => from > 0 && to > 0 ? (float)((to - from) / MicrosecondsPerDay) : float.NaN;

    public static float HoursBetween(long from, long to) => from > 0 && to > 0 ? (float)((to - from) / MicrosecondsPerHour) : float.NaN;

    public static float MonthsBetween(long from, long to) => (float)(DaysBetween(from, to) / DaysPerMonth);

    public static float HourOfDay(long time) => time > 0 ? (float)(time / MicrosecondsPerHour % 24) : float.NaN;

    /// <summary>0 is Monday. 1970-01-01 was a Thursday.</summary>
    public static float Weekday(long time) => time > 0 ? (int)(((time / (long)MicrosecondsPerDay) + 3) % 7) : float.NaN;
}
