using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using RecSys.Data.Schema;

namespace RecSys.Data.History;

/// <summary>Four statements in one round trip; the listens go as one array per column.</summary>
internal sealed class PostgresRecentListenWriter : IRecentListenWriter
{
    // In order of id, as every writer does it: in another order two writers could wait for each other.
    private const string AddUsers = """
        INSERT INTO users (user_id, recent_listen_count)
        SELECT user_id, 0 FROM unnest(@users) AS given (user_id) ORDER BY user_id COLLATE "C"
        ON CONFLICT DO NOTHING
        """;

    private const string LockUsers = "SELECT 1 FROM users WHERE user_id = ANY (@users) ORDER BY user_id FOR UPDATE";

    private const string AddListens = """
        WITH added AS (
            INSERT INTO recent_listens (user_id, track_id, listened_at, played_share, play_count)
            SELECT * FROM unnest(@user_ids, @track_ids, @times, @shares, @plays)
            ON CONFLICT DO NOTHING
            RETURNING user_id),
        counted AS (
            SELECT user_id, count(*)::int AS added FROM added GROUP BY user_id),
        updated AS (
            UPDATE users SET recent_listen_count = recent_listen_count + counted.added
            FROM counted WHERE users.user_id = counted.user_id)
        SELECT coalesce(sum(added), 0)::int FROM counted
        """;

    private const string DropOldest = """
        WITH crowded AS (
            SELECT user_id, recent_listen_count - @limit AS excess
            FROM users WHERE user_id = ANY (@users) AND recent_listen_count > @limit),
        dropped AS (
            DELETE FROM recent_listens
            USING crowded CROSS JOIN LATERAL (
                SELECT listened_at, track_id FROM recent_listens WHERE user_id = crowded.user_id
                ORDER BY listened_at, track_id LIMIT crowded.excess) AS oldest
            WHERE recent_listens.user_id = crowded.user_id
                AND recent_listens.listened_at = oldest.listened_at AND recent_listens.track_id = oldest.track_id)
        UPDATE users SET recent_listen_count = @limit FROM crowded WHERE users.user_id = crowded.user_id
        """;

    public async Task<int> AddAsync(
        RecSysDbContext context, IReadOnlyList<RecentListen> listens, int limit, CancellationToken cancellationToken)
    {
        var users = listens.Select(listen => listen.UserId).Distinct(StringComparer.Ordinal).ToArray();
        var connection = (NpgsqlConnection)context.Database.GetDbConnection();
        await using var batch = new NpgsqlBatch(connection) { Timeout = context.Database.GetCommandTimeout() ?? connection.CommandTimeout };
        Add(batch, AddUsers, new NpgsqlParameter<string[]>("users", users));
        Add(batch, LockUsers, new NpgsqlParameter<string[]>("users", users));
        Add(
            batch,
            AddListens,
            new NpgsqlParameter<string[]>("user_ids", [.. listens.Select(listen => listen.UserId)]),
            new NpgsqlParameter<string[]>("track_ids", [.. listens.Select(listen => listen.TrackId)]),
            new NpgsqlParameter<DateTime[]>("times", [.. listens.Select(listen => listen.ListenedAt.UtcDateTime)])
            {
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
            },
            new NpgsqlParameter<float?[]>("shares", [.. listens.Select(listen => listen.PlayedShare)]),
            new NpgsqlParameter<int[]>("plays", [.. listens.Select(listen => listen.PlayCount)]));
        Add(batch, DropOldest, new NpgsqlParameter<string[]>("users", users), new NpgsqlParameter<int>("limit", limit));

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);

        // The inserts give no result set: the first is the locked users, the second the number of new listens.
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var added = reader.GetInt32(0);
        while (await reader.NextResultAsync(cancellationToken))
        {
            // Errors of the statements after it come up only when they are read.
        }

        return added;
    }

    private static void Add(NpgsqlBatch batch, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        batch.BatchCommands.Add(command);
    }
}
