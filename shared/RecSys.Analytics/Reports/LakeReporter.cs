using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Lake;

namespace RecSys.Analytics.Reports;

/// <summary>
/// Looks at all listens of a lake: a pass over them for each idea, inside the engine, that leaves a small table; every figure
/// is made of these tables.
/// </summary>
/// <param name="queries">The lake and its engine.</param>
public sealed class LakeReporter(LakeQueries queries)
{
    private const int Steps = 7;

    /// <summary>Computes the figures.</summary>
    /// <param name="options">What to report on.</param>
    /// <param name="progress">Receives the share done, 0 to 1, and what is done next.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>The figures; null when there are no listens.</returns>
    /// <exception cref="LakeInputException">There is no import of a name.</exception>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public async Task<LakeReport?> CreateAsync(
        ReportOptions options, Action<double, string>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TopCount, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.SessionGap, TimeSpan.Zero, nameof(options));
        await using var lake = await queries.OpenAsync(options.Imports, cancellationToken).ConfigureAwait(false);
        var source = new ReportSource(queries, lake, options.Imports);
        if (source.IsEmpty)
        {
            return null;
        }

        using var connection = queries.Engine.Connect();
        var catalogue = new ReportCatalogue(connection);
        if (source.HasOwnListens && options.Names is { } names)
        {
            await catalogue.AddNamesAsync(names, cancellationToken).ConfigureAwait(false);
        }

        return await Task.Run(() => Create(connection, lake, source, catalogue, options, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private static LakeReport? Create(
        EngineConnection connection,
        LakeSnapshot lake,
        ReportSource source,
        ReportCatalogue catalogue,
        ReportOptions options,
        Action<double, string>? progress,
        CancellationToken cancellationToken)
    {
        var step = 0;
        try
        {
            Next("listens");
            source.CreateListens(connection, cancellationToken);
            Next("users");
            connection.Execute(TotalsSql("report_users", "listener", "report_user_ids"), cancellationToken);
            Next("tracks");
            connection.Execute(TotalsSql("report_tracks", "track", "report_track_ids"), cancellationToken);
            Next("names");
            catalogue.Create(source.Catalogues, cancellationToken);
            Next("repeats");
            var totals = ReadTotals(connection, cancellationToken);
            if (totals.Rows == 0)
            {
                return null;
            }

            Next("sessions");
            var time = totals.From is null ? null : TimeReader.Read(connection, options.SessionGap, cancellationToken);
            Next("pictures");
            return new LakeReport(
                source.Names,
                totals,
                DistributionReader.Read(connection, "listens", "report_users", cancellationToken)!,
                DistributionReader.Read(connection, "listens", "report_tracks", cancellationToken)!,
                catalogue.ReadTop(options.TopCount, cancellationToken),
                ConcentrationReader.Read(connection, "report_tracks", "track_id", cancellationToken),
                ConcentrationReader.Read(connection, "report_users", "user_id", cancellationToken),
                catalogue.Read(options.TopCount, cancellationToken),
                time,
                PlayedShareReader.Read(connection, cancellationToken),
                [.. source.Imports.Select(name => ServiceReader.Read(connection, lake, name, cancellationToken)).OfType<ServiceFigures>()]);
        }
        catch (EngineException failure)
        {
            throw source.FindUnreadableFile(connection, failure, cancellationToken) ?? (Exception)failure;
        }

        void Next(string what) => progress?.Invoke((double)step++ / Steps, what);
    }

    private static string TotalsSql(string table, string number, string ids) =>
        $"""
        CREATE OR REPLACE TEMP TABLE {table} AS
        SELECT * FROM (
            SELECT {number}, sum(plays)::BIGINT AS listens, count(*) AS "rows", count(*) FILTER (heard_at > 0) AS timed,
                min(heard_at) FILTER (heard_at > 0) AS first_at, max(heard_at) AS last_at
            FROM report_listens GROUP BY {number}
        )
        JOIN {ids} USING ({number})
        """;

    private static ReportTotals ReadTotals(EngineConnection connection, CancellationToken cancellationToken)
    {
        var pairs = connection.QueryLong("SELECT count(*) FROM (SELECT DISTINCT listener, track FROM report_listens)", cancellationToken);
        return connection.ReadRow(
            """
            SELECT coalesce(sum(listens), 0)::BIGINT, coalesce(sum("rows"), 0)::BIGINT, count(*), coalesce(sum(timed), 0)::BIGINT,
                min(first_at), max(last_at),
                (SELECT count(*) FROM report_tracks),
                (SELECT count(DISTINCT artist_id) FROM report_artists),
                (SELECT count(DISTINCT genre) FROM report_genres)
            FROM report_users
            """,
            row => new ReportTotals(
                row.Long(0),
                row.Long(1),
                row.Long(2),
                row.Long(6),
                row.Long(3) == 0 ? null : LakeTime.FromMicroseconds(row.Long(4)),
                row.Long(3) == 0 ? null : LakeTime.FromMicroseconds(row.Long(5)),
                row.Long(1) - row.Long(3),
                row.Long(7),
                row.Long(8),
                row.Long(0) - pairs),
            cancellationToken);
    }
}

/// <summary>What a report is about.</summary>
public sealed record ReportOptions
{
    /// <summary>Names of the imports to read, and nothing else. Empty, the default: everything in the lake.</summary>
    public IReadOnlyList<string> Imports { get; init; } = [];

    /// <summary>The pause after which a user's next listen begins a new session, above 0. Default: 30 minutes.</summary>
    public TimeSpan SessionGap { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Length of the rankings, from 1. Default: 10.</summary>
    public int TopCount { get; init; } = 10;

    /// <summary>
    /// Names from outside the lake, such as those that producers put into the catalogue's database. Imported names come
    /// first where both know a track. Null: none.
    /// </summary>
    public IAsyncEnumerable<LakeTrack>? Names { get; init; }
}
