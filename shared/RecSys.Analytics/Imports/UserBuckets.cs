using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports.Formats;

namespace RecSys.Analytics.Imports;

/// <summary>
/// The second pass: buckets of users one after another. What needs all rows of a user is judged here, in the order
/// duplicates, bots, cold users.
/// </summary>
internal sealed class UserBuckets(
    EngineConnection connection, ImportPlan plan, StagedListens staged, ImportOptions options, string folder, CleaningTally tally)
{
    /// <summary>A SELECT of the distinct users of kept rows, once all buckets are clean.</summary>
    public const string KeptUsersSql = "SELECT user_id FROM kept_users";

    /// <summary>A SELECT of the distinct tracks of kept rows, once all buckets are clean.</summary>
    public const string KeptTracksSql = "SELECT DISTINCT track_id FROM kept_tracks";

    private const long MicrosecondsPerDay = 86_400_000_000;
    private const string Rows = "bucket_rows";

    private readonly long _maxPerDay = options.MaxListensPerDay ?? (plan.HasSinglePlays ? ImportRules.ListensOfFullDay : 0);

    /// <summary>Rows that no rule dropped.</summary>
    public long Kept { get; private set; }

    /// <summary>Distinct users among them.</summary>
    public long Users { get; private set; }

    /// <summary>Their weights.</summary>
    public double Plays { get; private set; }

    /// <summary>Users set aside as cold.</summary>
    public long ColdUsers { get; private set; }

    /// <summary>Users who had a day that can't be.</summary>
    public long BotUsers { get; private set; }

    /// <summary>Usable rows whose track's id was made from names.</summary>
    public long NamedByText { get; private set; }

    /// <summary>Distinct tracks among the kept rows.</summary>
    public long CountTracks(CancellationToken cancellationToken) =>
        connection.QueryLong($"SELECT count(*) FROM ({KeptTracksSql})", cancellationToken);

    /// <summary>The files of kept rows, a user's rows together and in the order of time.</summary>
    public IReadOnlyList<string> KeptFiles { get; private set; } = [];

    /// <summary>The files of rows that were set aside.</summary>
    public IReadOnlyList<string> ColdFiles { get; private set; } = [];

    public void Clean(Action<double> progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var kept = new List<string>();
        var cold = new List<string>();
        var isFirst = true;
        for (var bucket = 0; bucket < staged.BucketCount; bucket++)
        {
            if (staged.Sql(bucket) is not { } source)
            {
                continue;
            }

            Group(source, cancellationToken);
            if (isFirst)
            {
                connection.Execute($"CREATE OR REPLACE TEMP TABLE kept_tracks AS SELECT track_id FROM {Rows} LIMIT 0", cancellationToken);
                connection.Execute($"CREATE OR REPLACE TEMP TABLE kept_users AS SELECT user_id FROM {Rows} LIMIT 0", cancellationToken);
                isFirst = false;
            }

            DropBots(cancellationToken);
            FindCold(cancellationToken);
            if (Count("NOT is_cold", cancellationToken) is { Rows: > 0 } usable)
            {
                Kept += usable.Rows;
                Users += usable.Users;
                Plays += usable.Plays;
                kept.Add(Write($"kept-{bucket}.parquet", "NOT IN", cancellationToken));
                connection.Execute("INSERT INTO kept_users SELECT user_id FROM bucket_users WHERE NOT is_cold", cancellationToken);
                connection.Execute(
                    $"INSERT INTO kept_tracks SELECT DISTINCT track_id FROM {Rows} WHERE user_id NOT IN (SELECT user_id FROM bucket_users WHERE is_cold)", cancellationToken);
            }

            if (Count("is_cold", cancellationToken) is { Rows: > 0 } aside)
            {
                ColdUsers += aside.Users;
                tally.Add(ImportRules.Cold, aside.Rows);
                cold.Add(Write($"cold-{bucket}.parquet", "IN", cancellationToken));
                AddExamples(ImportRules.Cold, "user_id IN (SELECT user_id FROM bucket_users WHERE is_cold)", cancellationToken);
            }

            if (plan.HasNames)
            {
                CountNames(source, cancellationToken);
            }

            staged.Remove(bucket);
            progress((bucket + 1.0) / staged.BucketCount);
        }

        (KeptFiles, ColdFiles) = (kept, cold);
        foreach (var table in (string[])[Rows, "bucket_users"])
        {
            connection.Execute($"DROP TABLE IF EXISTS {table}", cancellationToken);
        }
    }

    private void Group(string source, CancellationToken cancellationToken)
    {
        var isTotal = plan.AddsUp ? "listened_at = 0" : "false";
        connection.Execute(
            $"""
            CREATE OR REPLACE TEMP TABLE {Rows} AS
            SELECT user_id, track_id, listened_at, CASE WHEN {isTotal} THEN least(sum(weight), {int.MaxValue}) ELSE max(weight) END AS weight,
                max(played_share) AS played_share, count(*) AS copies, min(weight) AS least_weight
            FROM {source} GROUP BY user_id, track_id, listened_at
            """,
            cancellationToken);
        foreach (var (rule, condition) in (ReadOnlySpan<(string, string)>)[(ImportRules.AddedUp, isTotal), (ImportRules.Duplicate, $"NOT ({isTotal})")])
        {
            var dropped = connection.QueryLong($"SELECT sum(copies - 1)::BIGINT FROM {Rows} WHERE {condition}", cancellationToken);
            if (dropped > 0)
            {
                tally.Add(rule, dropped);
                AddExamples(rule, $"copies > 1 AND {condition}", cancellationToken, weight: "least_weight");
            }
        }
    }

    private void DropBots(CancellationToken cancellationToken)
    {
        if (_maxPerDay == 0)
        {
            return;
        }

        // Few users have so many listens at all: only theirs are counted by day. The first day is that of unknown times.
        connection.Execute(
            $"""
            CREATE OR REPLACE TEMP TABLE bot_days AS
            SELECT user_id, listened_at // {MicrosecondsPerDay} AS day
            FROM {Rows}
            WHERE listened_at >= {MicrosecondsPerDay} AND user_id IN (SELECT user_id FROM {Rows} GROUP BY user_id HAVING count(*) > $1)
            GROUP BY ALL HAVING count(*) > $1
            """,
            cancellationToken,
            _maxPerDay);
        var users = connection.QueryLong("SELECT count(DISTINCT user_id) FROM bot_days", cancellationToken);
        if (users == 0)
        {
            return;
        }

        var ofBots = $"(user_id, listened_at // {MicrosecondsPerDay}) IN (SELECT (user_id, day) FROM bot_days)";
        BotUsers += users;
        AddExamples(ImportRules.Bot, ofBots, cancellationToken);
        tally.Add(ImportRules.Bot, connection.Execute($"DELETE FROM {Rows} WHERE {ofBots}", cancellationToken));
    }

    private void FindCold(CancellationToken cancellationToken) =>
        connection.Execute(
            $"""
            CREATE OR REPLACE TEMP TABLE bucket_users AS
            SELECT user_id, count(*) AS listens, sum(weight) AS plays, listens <= $1 AS is_cold FROM {Rows} GROUP BY user_id
            """,
            cancellationToken,
            options.ColdListens);

    private (long Rows, long Users, double Plays) Count(string condition, CancellationToken cancellationToken) => connection.ReadRow(
        $"SELECT coalesce(sum(listens), 0)::BIGINT, count(*), coalesce(sum(plays), 0)::DOUBLE FROM bucket_users WHERE {condition}",
        row => (row.GetInt64(0), row.GetInt64(1), row.GetDouble(2)),
        cancellationToken);

    private string Write(string name, string membership, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, name);
        connection.Execute(
            $"""
            COPY (
                SELECT user_id, track_id, listened_at, played_share, weight FROM {Rows}
                WHERE user_id {membership} (SELECT user_id FROM bucket_users WHERE is_cold)
                ORDER BY user_id, listened_at, track_id
            ) TO {SqlText.Literal(file)} (FORMAT parquet, COMPRESSION snappy)
            """,
            cancellationToken);
        return file;
    }

    // Names with their frequency, of which the catalogue takes the most frequent.
    private void CountNames(string source, CancellationToken cancellationToken)
    {
        NamedByText += connection.QueryLong($"SELECT count(*) FROM {source} WHERE is_named_by_text", cancellationToken);
        connection.Execute(
            $"""
            INSERT INTO listen_names
            SELECT track_id::VARCHAR, title, artist_id, artist, album, count(*) FROM {source} WHERE title <> '' OR artist <> '' GROUP BY ALL
            """,
            cancellationToken);
    }

    private void AddExamples(string rule, string condition, CancellationToken cancellationToken, string weight = "weight")
    {
        if (tally.Wanted(rule) is var wanted and > 0)
        {
            var source = $"(SELECT * REPLACE ({weight} AS weight), NULL::VARCHAR AS title, NULL::VARCHAR AS artist FROM {Rows})";
            tally.AddExamples(
                rule,
                SqlRows.Texts(connection, StagedListens.ExampleColumns(source, condition, wanted), cancellationToken).Select(row => SqlRows.Short(row[0])));
        }
    }
}
