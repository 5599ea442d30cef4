using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Data.Segments;
using RecSys.Lake;

namespace RecSys.Analytics.Exposures;

/// <summary>The files of exposures and of the listens that followed, and the SQL that joins them.</summary>
internal sealed class ExposureSource
{
    private readonly ExposureQuery _query;
    private readonly List<string> _segments;
    private readonly ListenSource _listens;
    private readonly string _notDeleted;

    public ExposureSource(LakeSnapshot lake, ExposureQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(query.Window, TimeSpan.Zero, nameof(query));
        _query = query;
        _notDeleted = DeletedListens.Condition(lake.Deleted, SegmentTable.Exposures.Time);

        // Until the window of the last exposure is over: a play belongs to the exposure that came last before it, asked for or not.
        var end = query.Before is { } before && before < DateTimeOffset.MaxValue - query.Window ? before + query.Window : (DateTimeOffset?)null;
        _segments = lake.SegmentsOf(SegmentKind.Exposures, query.After, end);
        _listens = new ListenSource(lake, new InteractionQuery { After = query.After, Before = end });
    }

    /// <summary>
    /// A SELECT of the positions that were shown, each once, and what the user made of each. A listen is counted for the last exposure of
    /// its track to its user that was shown before it began, and only within the window; where one slate had the track twice, for the
    /// higher position.
    /// </summary>
    public string Sql() =>
        $"""
        WITH shown AS (
            SELECT *, epoch_us(shown_at) AS shown_us FROM ({SegmentTable.Exposures.Distinct(_segments)}) WHERE {_notDeleted}
        ),
        offers AS (
            SELECT exposure_id, rank, user_id, track_id, shown_us FROM shown
            QUALIFY row_number() OVER (PARTITION BY user_id, track_id, shown_us ORDER BY rank, exposure_id) = 1
        ),
        plays AS (
            SELECT offers.exposure_id, offers.rank, listens.played_share, listens.known_at - offers.shown_us AS delay
            FROM ({_listens.DistinctSql()}) AS listens
            ASOF JOIN offers ON listens.user_id = offers.user_id AND listens.track_id = offers.track_id AND listens.known_at >= offers.shown_us
            WHERE delay <= {Microseconds(_query.Window)}
        ),
        outcomes AS (
            SELECT exposure_id, rank, count(*)::INTEGER AS plays, max(played_share) AS played_share, min(delay) / 1e6 AS delay_seconds
            FROM plays GROUP BY exposure_id, rank
        )
        SELECT exposure_id, user_id, shown_at, model_version, experiment, arm, policy, degraded, track_id, rank,
            coalesce(sources[1], '') AS source, sources, score, propensity,
            plays IS NOT NULL AS listened, coalesce(plays, 0) AS plays, played_share, delay_seconds
        FROM shown LEFT JOIN outcomes USING (exposure_id, rank)
        WHERE {Period()}
        """;

    /// <summary>The file that made the engine fail; null when all can be read.</summary>
    public LakeCorruptException? FindUnreadableFile(EngineConnection connection, EngineException failure, CancellationToken cancellationToken) =>
        UnreadableFile.FindSegment(connection, failure, SegmentTable.Exposures, _segments, cancellationToken)
        ?? _listens.FindUnreadableFile(connection, failure, cancellationToken);

    private string Period()
    {
        List<string> conditions = ["true"];
        if (_query.After is { } after)
        {
            conditions.Add($"shown_us >= {LakeTime.ToMicroseconds(after)}");
        }

        if (_query.Before is { } before)
        {
            conditions.Add($"shown_us < {LakeTime.ToMicroseconds(before)}");
        }

        return string.Join(" AND ", conditions);
    }

    private static long Microseconds(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;
}
