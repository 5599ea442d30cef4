using RecSys.Lake.DuckDb;

namespace RecSys.Lake.Interactions;

/// <summary>Turns listens into cells inside the engine and takes them out as arrays.</summary>
internal static class InteractionReader
{
    public static LakeInteractions Read(DuckDbConnection connection, ListenSource source, CancellationToken cancellationToken)
    {
        if (source.IsEmpty)
        {
            return new LakeInteractions([], [], [], [], [], [], 0);
        }

        connection.Execute(
            $"""
            CREATE TEMP TABLE cells AS
            SELECT user_id, track_id, sum(weight) AS plays, max(listened_at) AS last_listened_at, count(*) AS listens
            FROM (SELECT user_id, track_id, listened_at, max(weight) AS weight FROM ({source.Sql()}) GROUP BY user_id, track_id, listened_at)
            GROUP BY user_id, track_id
            """,
            cancellationToken);
        connection.Execute(
            "CREATE TEMP TABLE users AS SELECT user_id, (row_number() OVER (ORDER BY user_id) - 1)::INTEGER AS user_index FROM (SELECT DISTINCT user_id FROM cells)",
            cancellationToken);
        connection.Execute(
            "CREATE TEMP TABLE tracks AS SELECT track_id, (row_number() OVER (ORDER BY track_id) - 1)::INTEGER AS item_index FROM (SELECT DISTINCT track_id FROM cells)",
            cancellationToken);
        var userIds = ReadIds(connection, "SELECT user_id FROM users ORDER BY user_index", "users", cancellationToken);
        var trackIds = ReadIds(connection, "SELECT track_id FROM tracks ORDER BY item_index", "tracks", cancellationToken);

        var count = checked((int)connection.QueryLong("SELECT count(*) FROM cells", cancellationToken));
        var listens = connection.QueryLong("SELECT sum(listens)::BIGINT FROM cells", cancellationToken);
        var userIndex = new int[count];
        var itemIndex = new int[count];
        var plays = new float[count];
        var lastListenedAt = new long[count];
        using var rows = connection.Query(
            """
            SELECT user_index, item_index, plays::FLOAT, last_listened_at
            FROM cells JOIN users USING (user_id) JOIN tracks USING (track_id)
            ORDER BY user_index, item_index
            """,
            cancellationToken);
        var at = 0;
        while (rows.NextChunk() is { } chunk)
        {
            using (chunk)
            {
                chunk.Column(0).Values<int>().CopyTo(userIndex.AsSpan(at));
                chunk.Column(1).Values<int>().CopyTo(itemIndex.AsSpan(at));
                chunk.Column(2).Values<float>().CopyTo(plays.AsSpan(at));
                chunk.Column(3).Values<long>().CopyTo(lastListenedAt.AsSpan(at));
                at += chunk.RowCount;
            }
        }

        return new LakeInteractions(userIds, trackIds, userIndex, itemIndex, plays, lastListenedAt, listens);
    }

    private static string[] ReadIds(DuckDbConnection connection, string sql, string table, CancellationToken cancellationToken)
    {
        var ids = new string[connection.QueryLong($"SELECT count(*) FROM {table}", cancellationToken)];
        using var rows = connection.Query(sql, cancellationToken);
        var at = 0;
        while (rows.NextChunk() is { } chunk)
        {
            using (chunk)
            {
                var column = chunk.Column(0);
                for (var row = 0; row < chunk.RowCount; row++)
                {
                    ids[at++] = column.Text(row)!;
                }
            }
        }

        return ids;
    }
}
