using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports.Formats;
using RecSys.Lake;

namespace RecSys.Analytics.Imports;

/// <summary>
/// The first pass over a log: every row is read once, judged by what is in it alone, and put into the bucket of its user.
/// A bucket is small enough for the engine's memory, and holds all that is known of its users.
/// </summary>
internal sealed class StagedListens
{
    private const int MaxBuckets = 96;

    private const int DroppedBucket = -1;

    private readonly EngineConnection _connection;
    private readonly string _folder;

    private StagedListens(EngineConnection connection, string folder, int bucketCount)
    {
        _connection = connection;
        _folder = folder;
        BucketCount = bucketCount;
    }

    public int BucketCount { get; }

    /// <summary>Rows that broke no rule of their own.</summary>
    public long UsableCount { get; private set; }

    /// <summary>Reads the log and counts what is dropped.</summary>
    /// <param name="connection">The connection, which has the table known_tracks when <paramref name="knownOnly"/>.</param>
    /// <param name="plan">How the log is read.</param>
    /// <param name="options">The period to keep.</param>
    /// <param name="latest">Times after it can't be true.</param>
    /// <param name="knownOnly">Whether tracks must be in the table known_tracks.</param>
    /// <param name="folder">A folder of its own.</param>
    /// <param name="tally">Counts the dropped rows.</param>
    /// <param name="cancellationToken">Interrupts the engine.</param>
    public static StagedListens Read(
        EngineConnection connection,
        ImportPlan plan,
        ImportOptions options,
        DateTimeOffset latest,
        bool knownOnly,
        string folder,
        CleaningTally tally,
        CancellationToken cancellationToken)
    {
        var buckets = (int)Math.Clamp(EstimatedRows(connection, plan, cancellationToken) / options.RowsPerBucket + 1, 1, MaxBuckets);
        var staged = new StagedListens(connection, folder, buckets);
        var isText = SqlRows.Texts(
            connection, $"SELECT column_type FROM (DESCRIBE SELECT user_id, track_id FROM ({plan.ListensSql}))", cancellationToken).Any(type => type[0] != "BIGINT");
        connection.Execute(
            $"""
            COPY (
                SELECT user_id, track_id, weight, listened_at, played_share, title, artist_id, artist, album, is_named_by_text, broken_rule,
                    CASE WHEN broken_rule IS NULL THEN (hash(user_id) % {buckets})::INTEGER ELSE {DroppedBucket} END AS bucket
                FROM (SELECT *, {BrokenRule(isText, options, knownOnly)} AS broken_rule FROM ({plan.ListensSql}))
            ) TO {SqlText.Literal(folder)} (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (bucket))
            """,
            cancellationToken,
            ImportRules.MaxWeight,
            LakeTime.ToMicroseconds(latest),
            LakeTime.ToMicroseconds(options.Since ?? DateTimeOffset.MinValue),
            LakeTime.ToMicroseconds(options.Until ?? DateTimeOffset.MaxValue));

        foreach (var text in plan.ListenTexts)
        {
            var rejected = text.CountRejected(connection, cancellationToken);
            tally.Add(ImportRules.Unparseable, rejected);
            if (rejected > 0)
            {
                tally.AddExamples(ImportRules.Unparseable, text.RejectedExamples(connection, tally.Wanted(ImportRules.Unparseable), cancellationToken));
            }
        }

        staged.CountDropped(tally, cancellationToken);
        for (var bucket = 0; bucket < buckets; bucket++)
        {
            if (staged.Sql(bucket) is { } sql)
            {
                staged.UsableCount += connection.QueryLong($"SELECT count(*) FROM {sql}", cancellationToken);
            }
        }

        return staged;
    }

    /// <summary>The table function that reads a bucket; null when it is empty.</summary>
    public string? Sql(int bucket)
    {
        var path = Path.Combine(_folder, $"bucket={bucket}");
        return Directory.Exists(path)
            ? SqlText.Parquet(Directory.EnumerateFiles(path).Order(StringComparer.Ordinal))
            : null;
    }

    /// <summary>Frees a bucket's space.</summary>
    public void Remove(int bucket) => Directory.Delete(Path.Combine(_folder, $"bucket={bucket}"), recursive: true);

    /// <summary>One line of a listen: user, track with its name where it is known, time.</summary>
    public static string ExampleColumns(string from, string condition, int count) =>
        $"""
        SELECT 'user ' || coalesce(user_id::VARCHAR, '(null)') || ', track ' || coalesce(track_id::VARCHAR, '(null)')
            || coalesce(' ' || nullif(example_names.shown, ''), nullif(' "' || title || coalesce('" by ' || nullif(artist, ''), '"'), ' ""'), '')
            || CASE WHEN listened_at IS NULL THEN ', no readable time' WHEN listened_at = 0 THEN '' ELSE coalesce(', ' || TRY(make_timestamp(listened_at))::VARCHAR, ', time ' || listened_at::VARCHAR) END
            || CASE WHEN weight IS NULL THEN ', no readable weight' WHEN weight = 1 THEN '' ELSE ', weight ' || weight::VARCHAR END
            || CASE WHEN played_share IS NOT NULL AND NOT played_share BETWEEN 0 AND 1 THEN ', share ' || played_share::VARCHAR ELSE '' END
        FROM (SELECT * FROM {from} WHERE {condition} LIMIT {count}) LEFT JOIN example_names ON example_names.id = track_id::VARCHAR
        """;

    private static string BrokenRule(bool isText, ImportOptions options, bool knownOnly)
    {
        var empty = isText
            ? "trim(coalesce(user_id::VARCHAR, '')) = '' OR trim(coalesce(track_id::VARCHAR, '')) = ''"
            : "user_id IS NULL OR track_id IS NULL";
        List<string> rules =
        [
            $"WHEN is_header THEN '{ImportRules.HeaderRow}'",
            $"WHEN is_unparseable OR weight IS NULL OR listened_at IS NULL THEN '{ImportRules.Unparseable}'",
            $"WHEN is_not_track THEN '{ImportRules.NotTrack}'",
            $"WHEN {empty} THEN '{ImportRules.EmptyId}'",
        ];
        if (isText)
        {
            rules.Add($"WHEN {ValueSql.IsInvalidId("user_id::VARCHAR")} OR {ValueSql.IsInvalidId("track_id::VARCHAR")} THEN '{ImportRules.InvalidId}'");
        }

        rules.Add($"WHEN NOT (weight > 0 AND weight <= $1) THEN '{ImportRules.WeightOutOfRange}'");
        rules.Add($"WHEN NOT (coalesce(played_share, 0) BETWEEN 0 AND 1) THEN '{ImportRules.ShareOutOfRange}'");
        rules.Add($"WHEN listened_at < 0 OR listened_at > $2 THEN '{ImportRules.TimeOutOfRange}'");
        rules.Add($"WHEN listened_at < $3 OR listened_at > $4 THEN '{ImportRules.OutsidePeriod}'");
        if (knownOnly)
        {
            rules.Add($"WHEN track_id NOT IN (SELECT track_id FROM known_tracks) THEN '{ImportRules.UnknownTrack}'");
        }

        return $"CASE {string.Join(" ", rules)} END";
    }

    // Only to choose the number of buckets: Parquet says how many rows it has, of text a row is taken for 60 bytes.
    private static long EstimatedRows(EngineConnection connection, ImportPlan plan, CancellationToken cancellationToken)
    {
        var rows = 0L;
        foreach (var file in plan.Files)
        {
            rows += file.IsParquet
                ? connection.QueryLong($"SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata({SqlText.Literal(file.Path)})", cancellationToken)
                : new FileInfo(file.Path).Length / (file.Compression.Length > 0 ? 12 : 60);
        }

        return rows;
    }

    private void CountDropped(CleaningTally tally, CancellationToken cancellationToken)
    {
        if (Sql(DroppedBucket) is not { } sql)
        {
            return;
        }

        foreach (var row in SqlRows.Texts(_connection, $"SELECT broken_rule, count(*) FROM {sql} GROUP BY broken_rule", cancellationToken))
        {
            var rule = row[0]!;
            tally.Add(rule, long.Parse(row[1]!, System.Globalization.CultureInfo.InvariantCulture));
            var examples = SqlRows.Texts(_connection, ExampleColumns(sql, $"broken_rule = '{rule}'", tally.Wanted(rule)), cancellationToken);
            tally.AddExamples(rule, examples.Select(example => SqlRows.Short(example[0])));
        }
    }
}

/// <summary>Small results of queries.</summary>
internal static class SqlRows
{
    private const int ShownCharacters = 120;

    /// <summary>All rows of a query, as text.</summary>
    public static List<string?[]> Texts(
        EngineConnection connection, string sql, CancellationToken cancellationToken, params object?[] parameters) =>
        connection.ReadRows(
            $"SELECT COLUMNS(*)::VARCHAR FROM ({sql})",
            row => Enumerable.Range(0, row.FieldCount).Select(row.TextOrNull).ToArray(),
            cancellationToken,
            parameters);

    /// <summary>Text for a person: on one line and not endless.</summary>
    public static string Short(string? text)
    {
        var line = string.Concat((text ?? "").Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= ShownCharacters ? line : line[..ShownCharacters] + "…";
    }
}
