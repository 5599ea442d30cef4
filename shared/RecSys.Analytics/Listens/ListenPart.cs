using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Listens;

/// <summary>Files whose listens are read together, with numbers of their own for users and tracks.</summary>
internal abstract class ListenPart
{
    /// <summary>Receives a listen, by the part's numbers: user, track, time in microseconds, weight.</summary>
    public delegate void RowReader(int user, int track, long time, float weight);

    /// <summary>Receives a listen, by the part's numbers: user, track, time in microseconds, share (NaN where unknown), play count.</summary>
    public delegate void ListenReader(int user, int track, long time, float share, int plays);

    /// <summary>User ids by the part's numbers.</summary>
    public string[] UserIds { get; protected set; } = [];

    /// <summary>The listens of each user that the query reads, duplicates counted as often as they occur.</summary>
    public int[] UserCounts { get; protected set; } = [];

    /// <summary>Track ids by the part's numbers.</summary>
    public string[] TrackIds { get; protected set; } = [];

    /// <summary>For each track 1 if the query reads a listen of it, else 0.</summary>
    public int[] TrackCounts { get; protected set; } = [];

    /// <summary>Finds the ids and counts the listens of each user.</summary>
    /// <exception cref="EngineException">A file can't be read.</exception>
    public abstract void Count(EngineConnection connection, CancellationToken cancellationToken);

    /// <summary>Reads the listens that were counted, in any order.</summary>
    /// <exception cref="EngineException">A file can't be read.</exception>
    public abstract void Read(EngineConnection connection, RowReader read, CancellationToken cancellationToken);

    /// <summary>Reads the same listens with what is known of each.</summary>
    /// <exception cref="EngineException">A file can't be read.</exception>
    public abstract void ReadListens(EngineConnection connection, ListenReader read, CancellationToken cancellationToken);

    /// <summary>Runs a query that gives user, track (INTEGER), time (BIGINT) and weight (FLOAT).</summary>
    protected static void ReadRows(EngineConnection connection, string sql, RowReader read, CancellationToken cancellationToken)
    {
        foreach (var row in connection.Stream(sql, cancellationToken))
        {
            read(row.GetInt32(0), row.GetInt32(1), row.GetInt64(2), row.GetFloat(3));
        }
    }

    /// <summary>Runs a query that gives user, track (INTEGER), time (BIGINT), share (FLOAT) and plays (INTEGER).</summary>
    protected static void ReadListens(EngineConnection connection, string sql, ListenReader read, CancellationToken cancellationToken)
    {
        foreach (var row in connection.Stream(sql, cancellationToken))
        {
            read(row.GetInt32(0), row.GetInt32(1), row.GetInt64(2), row.GetFloat(3), row.GetInt32(4));
        }
    }

    /// <summary>Runs a query that gives ids.</summary>
    protected static string[] ReadIds(EngineConnection connection, string sql, CancellationToken cancellationToken) =>
        [.. connection.ReadRows(sql, row => row.GetString(0), cancellationToken)];
}

/// <summary>An import, whose listens carry the numbers of their users and tracks: no id is looked up for a listen.</summary>
/// <param name="rowsSql">What stands behind the columns of a SELECT: the file and the conditions on its rows.</param>
/// <param name="usersFile">The ids of users in the order of their numbers.</param>
/// <param name="tracksFile">The ids of tracks in the order of their numbers.</param>
internal sealed class NumberedListens(string rowsSql, string usersFile, string tracksFile) : ListenPart
{
    public override void Count(EngineConnection connection, CancellationToken cancellationToken)
    {
        UserIds = ReadIds(
            connection, $"SELECT user_id FROM {SqlText.Parquet(usersFile)} ORDER BY user_number", cancellationToken);
        TrackIds = ReadIds(
            connection, $"SELECT track_id FROM {SqlText.Parquet(tracksFile)} ORDER BY track_number", cancellationToken);
        UserCounts = new int[UserIds.Length];
        TrackCounts = new int[TrackIds.Length];
        foreach (var row in connection.Stream($"SELECT user_number, count(*)::INTEGER {rowsSql} GROUP BY user_number", cancellationToken))
        {
            UserCounts[Known(row.GetInt32(0), UserCounts)] = row.GetInt32(1);
        }

        foreach (var row in connection.Stream($"SELECT DISTINCT track_number {rowsSql}", cancellationToken))
        {
            TrackCounts[Known(row.GetInt32(0), TrackCounts)] = 1;
        }
    }

    public override void Read(EngineConnection connection, RowReader read, CancellationToken cancellationToken) =>
        ReadRows(connection, $"SELECT user_number, track_number, epoch_us(listened_at), weight::FLOAT {rowsSql}", read, cancellationToken);

    public override void ReadListens(EngineConnection connection, ListenReader read, CancellationToken cancellationToken) => ReadListens(
        connection,
        $"SELECT user_number, track_number, epoch_us(listened_at), coalesce(played_share, 'NaN'::FLOAT), play_count {rowsSql}",
        read,
        cancellationToken);

    private static int Known(int number, int[] counts) => (uint)number < (uint)counts.Length ? number : throw new LakeChangedException();
}

/// <summary>Files with ids as text, such as segments: the engine numbers the ids and looks the number of each up.</summary>
/// <param name="sql">A SELECT of user_id, track_id, listened_at (BIGINT), played_share, play_count and weight.</param>
internal sealed class TextListens(string sql) : ListenPart
{
    public override void Count(EngineConnection connection, CancellationToken cancellationToken)
    {
        connection.Execute(
            $"CREATE OR REPLACE TEMP TABLE user_numbers AS SELECT id, listens, (row_number() OVER (ORDER BY id) - 1)::INTEGER AS number FROM (SELECT user_id AS id, count(*)::INTEGER AS listens FROM ({sql}) GROUP BY user_id)",
            cancellationToken);
        connection.Execute(
            $"CREATE OR REPLACE TEMP TABLE track_numbers AS SELECT id, (row_number() OVER (ORDER BY id) - 1)::INTEGER AS number FROM (SELECT DISTINCT track_id AS id FROM ({sql}))",
            cancellationToken);
        UserIds = ReadIds(connection, "SELECT id FROM user_numbers ORDER BY number", cancellationToken);
        UserCounts = [.. connection.ReadRows("SELECT listens FROM user_numbers ORDER BY number", row => row.GetInt32(0), cancellationToken)];
        TrackIds = ReadIds(connection, "SELECT id FROM track_numbers ORDER BY number", cancellationToken);
        TrackCounts = new int[TrackIds.Length];
        Array.Fill(TrackCounts, 1);
    }

    public override void Read(EngineConnection connection, RowReader read, CancellationToken cancellationToken) =>
        ReadRows(connection, Numbered("weight::FLOAT"), read, cancellationToken);

    public override void ReadListens(EngineConnection connection, ListenReader read, CancellationToken cancellationToken) =>
        ReadListens(connection, Numbered("coalesce(played_share, 'NaN'::FLOAT), play_count"), read, cancellationToken);

    private string Numbered(string columns) =>
        $"""
        SELECT user_numbers.number, track_numbers.number, listened_at, {columns}
        FROM ({sql}) AS listens
        JOIN user_numbers ON user_numbers.id = listens.user_id
        JOIN track_numbers ON track_numbers.id = listens.track_id
        """;
}
