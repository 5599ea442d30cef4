using RecSys.Data.Segments;

namespace RecSys.Analytics.Engine;

/// <summary>Segments of one kind as the engine reads them: whoever wrote them, the columns and their types are those that ingest writes.</summary>
internal sealed class SegmentTable
{
    private readonly string _macro;
    private readonly string _distinct;

    private SegmentTable(string macro, string columns, string time, string required, string distinct, string all)
    {
        (_macro, Columns, Time, Usable, _distinct, AllColumns) =
            (macro, columns, time, string.Join(" AND ", required.Split(", ").Select(column => $"{column} IS NOT NULL")), distinct, all);
    }

    /// <summary>Listens, a row each.</summary>
    public static SegmentTable Listens { get; } = new(
        "segments",
        "'' AS user_id, '' AS track_id, make_timestamptz(0) AS listened_at, 0::FLOAT AS played_share, 0::INTEGER AS play_count",
        "listened_at",
        "user_id, track_id, listened_at",

        // What counts of listens that are the same is what readers take: the larger share and the larger play count.
        """
        SELECT user_id, track_id, listened_at, max(played_share) AS played_share, max(play_count) AS play_count
        FROM {0} WHERE {1}
        GROUP BY user_id, track_id, listened_at
        ORDER BY user_id, listened_at, track_id
        """,
        "count(user_id) + count(track_id) + count(listened_at) + count(played_share) + count(play_count)");

    /// <summary>Exposures, a row for each position.</summary>
    public static SegmentTable Exposures { get; } = new(
        "exposure_segments",
        """
        '' AS exposure_id, '' AS user_id, make_timestamptz(0) AS shown_at, '' AS model_version, '' AS experiment, '' AS arm, '' AS policy,
        false AS degraded, '' AS track_id, 0::INTEGER AS rank, []::VARCHAR[] AS sources, 0::DOUBLE AS score, 0::DOUBLE AS propensity
        """,
        "shown_at",
        "exposure_id, user_id, shown_at, track_id, rank",

        // Whoever sends other things under the same id and rank changes nothing of what was there before.
        """
        SELECT * FROM {0} WHERE {1}
        QUALIFY row_number() OVER (PARTITION BY exposure_id, rank ORDER BY shown_at, user_id, track_id, model_version, score) = 1
        ORDER BY user_id, shown_at, exposure_id, rank
        """,
        """
        count(exposure_id) + count(user_id) + count(shown_at) + count(model_version) + count(experiment) + count(arm) + count(policy)
            + count(degraded) + count(track_id) + count(rank) + count(sources) + count(score) + count(propensity)
        """);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SegmentTable> All { get; } = [Listens, Exposures];

    /// <summary>The columns of a SELECT that gives a row of them.</summary>
    public string Columns { get; }

    /// <summary>The column of a row's time.</summary>
    public string Time { get; }

    /// <summary>The condition on rows that mean something, whoever wrote them.</summary>
    public string Usable { get; }

    /// <summary>An aggregate that reads all columns.</summary>
    public string AllColumns { get; }

    /// <summary>The table of a kind of segment.</summary>
    public static SegmentTable Of(SegmentKind kind) => kind == SegmentKind.Exposures ? Exposures : Listens;

    /// <summary>The table function that reads files.</summary>
    public string From(params IEnumerable<string> files) => $"{_macro}({SqlText.LiteralList(files)})";

    /// <summary>A SELECT of the rows of files that mean something, each once, those of a user together in the order of time.</summary>
    public string Distinct(params IEnumerable<string> files) => string.Format(null, _distinct, From(files), Usable);

    /// <summary>The statement that defines the table function.</summary>
    /// <param name="columnsFile">
    /// An empty file with the columns. Of several files the engine takes the columns and types of the first: a segment that another
    /// program wrote with numbers as ids would make numbers of all others' ('007' became 7).
    /// </param>
    public string Definition(string columnsFile) =>
        $"CREATE MACRO {_macro}(files) AS TABLE SELECT * FROM read_parquet(list_concat([{SqlText.Literal(columnsFile)}], files), hive_partitioning = false)";
}
