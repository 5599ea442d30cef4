using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Reports;

/// <summary>Days, hours and sessions of the listens that have a time.</summary>
internal static class TimeReader
{
    private const long MicrosecondsOfHour = 3_600_000_000;
    private const long MicrosecondsOfDay = 24 * MicrosecondsOfHour;

    public static TimeFigures Read(EngineConnection connection, TimeSpan gap, CancellationToken cancellationToken)
    {
        connection.Execute(
            $"CREATE OR REPLACE TEMP TABLE report_hours AS SELECT heard_at // {MicrosecondsOfHour} AS hour, sum(plays)::BIGINT AS listens FROM report_listens WHERE heard_at > 0 GROUP BY hour",
            cancellationToken);
        return new TimeFigures(ReadDays(connection, cancellationToken), ReadHours(connection, cancellationToken), ReadSessions(connection, gap, cancellationToken));
    }

    private static List<DayFigures> ReadDays(EngineConnection connection, CancellationToken cancellationToken) => connection.ReadRows(
        $"""
        WITH days AS (SELECT hour // 24 AS day, sum(listens)::BIGINT AS listens FROM report_hours GROUP BY day),
            tracks AS (SELECT first_at // {MicrosecondsOfDay} AS day, count(*) AS n FROM report_tracks WHERE timed > 0 GROUP BY day),
            users AS (SELECT first_at // {MicrosecondsOfDay} AS day, count(*) AS n FROM report_users WHERE timed > 0 GROUP BY day)
        SELECT day::BIGINT, listens, coalesce(tracks.n, 0), coalesce(users.n, 0)
        FROM days LEFT JOIN tracks USING (day) LEFT JOIN users USING (day)
        ORDER BY day
        """,
        row => new DayFigures(DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)row.Long(0)), row.Long(1), row.Long(2), row.Long(3)),
        cancellationToken);

    // 1970-01-01 was a Thursday.
    private static List<HourFigures> ReadHours(EngineConnection connection, CancellationToken cancellationToken) => connection.ReadRows(
        """
        WITH week AS (SELECT (hour + 72) % 168 AS place, sum(listens)::BIGINT AS listens FROM report_hours GROUP BY place)
        SELECT range::BIGINT, coalesce(listens, 0)::BIGINT FROM range(168) LEFT JOIN week ON week.place = range ORDER BY range
        """,
        row => new HourFigures((int)(row.Long(0) / 24) + 1, (int)(row.Long(0) % 24), row.Long(1)),
        cancellationToken);

    // One pass in the order of each user's times finds where sessions begin, with the place of that listen in the user's
    // history and the time of the one before. The rest follows from the next beginning.
    private static SessionFigures ReadSessions(EngineConnection connection, TimeSpan gap, CancellationToken cancellationToken)
    {
        connection.Execute(
            """
            CREATE OR REPLACE TEMP TABLE report_session_starts AS
            SELECT listener, heard_at, previous_at, place FROM (
                SELECT listener, heard_at, lag(heard_at) OVER history AS previous_at, row_number() OVER history AS place
                FROM report_listens WHERE heard_at > 0
                WINDOW history AS (PARTITION BY listener ORDER BY heard_at)
            )
            WHERE previous_at IS NULL OR heard_at - previous_at > $1
            """,
            cancellationToken,
            gap.Ticks / TimeSpan.TicksPerMicrosecond);
        connection.Execute(
            """
            CREATE OR REPLACE TEMP TABLE report_sessions AS
            SELECT coalesce(lead(place) OVER history, timed + 1) - place AS listens,
                (coalesce(lead(previous_at) OVER history, last_at) - heard_at) / 60e6 AS minutes
            FROM report_session_starts JOIN report_users USING (listener)
            WINDOW history AS (PARTITION BY listener ORDER BY place)
            """,
            cancellationToken);
        var listens = DistributionReader.Read(connection, "listens", "report_sessions", cancellationToken)!;
        return new SessionFigures(
            gap.TotalMinutes, listens.Count, listens, DistributionReader.Read(connection, "minutes", "report_sessions", cancellationToken)!);
    }
}
