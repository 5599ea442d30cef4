using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using RecSys.Algorithms;
using RecSys.Data.Schema;

namespace RecSys.Data.Histories;

/// <summary>
/// Adds listens and drops each user's oldest ones above a limit. A user's row is locked meanwhile, so that two writers
/// can't both count; <c>recent_listen_count</c> saves counting up to the limit for each batch.
/// </summary>
internal interface IRecentListenWriter
{
    /// <summary>Runs inside the context's transaction.</summary>
    /// <param name="context">With an open transaction.</param>
    /// <param name="listens">Distinct by key and ordered by user.</param>
    /// <param name="limit">Listens to keep per user.</param>
    /// <param name="cancellationToken">Stops the statements.</param>
    /// <returns>How many listens were new.</returns>
    Task<int> AddAsync(RecSysDbContext context, IReadOnlyList<RecentListenRow> listens, int limit, CancellationToken cancellationToken);
}

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
        RecSysDbContext context, IReadOnlyList<RecentListenRow> listens, int limit, CancellationToken cancellationToken)
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

/// <summary>Prepared statements row by row: there is no round trip to save, and the transaction is the only writer.</summary>
internal sealed class SqliteRecentListenWriter : IRecentListenWriter
{
    private const string AddUser = "INSERT INTO users (user_id, recent_listen_count) VALUES (@user, 0) ON CONFLICT DO NOTHING";

    private const string AddListen = """
        INSERT INTO recent_listens (user_id, track_id, listened_at, played_share, play_count)
        VALUES (@user, @track, @time, @share, @plays) ON CONFLICT DO NOTHING
        """;

    private const string AddToCount = """
        UPDATE users SET recent_listen_count = recent_listen_count + @added WHERE user_id = @user
        RETURNING recent_listen_count
        """;

    private const string DropOldest = """
        DELETE FROM recent_listens WHERE rowid IN (
            SELECT rowid FROM recent_listens WHERE user_id = @user ORDER BY listened_at, track_id LIMIT @excess)
        """;

    public async Task<int> AddAsync(
        RecSysDbContext context, IReadOnlyList<RecentListenRow> listens, int limit, CancellationToken cancellationToken)
    {
        await using var addUser = Prepare(context, AddUser, "@user");
        await using var addListen = Prepare(context, AddListen, "@user", "@track", "@time", "@share", "@plays");
        await using var addToCount = Prepare(context, AddToCount, "@user", "@added");
        await using var dropOldest = Prepare(context, DropOldest, "@user", "@excess");
        var total = 0;
        foreach (var ofUser in listens.GroupBy(listen => listen.UserId, StringComparer.Ordinal))
        {
            await ExecuteAsync(addUser, cancellationToken, ofUser.Key);
            var added = 0;
            foreach (var listen in ofUser)
            {
                added += await ExecuteAsync(
                    addListen,
                    cancellationToken,
                    listen.UserId,
                    listen.TrackId,
                    UnixMicroseconds.From(listen.ListenedAt),
                    (object?)listen.PlayedShare ?? DBNull.Value,
                    listen.PlayCount);
            }

            if (added > 0)
            {
                total += added;
                Bind(addToCount, ofUser.Key, added);
                var excess = (long)(await addToCount.ExecuteScalarAsync(cancellationToken))! - limit;
                if (excess > 0)
                {
                    await ExecuteAsync(dropOldest, cancellationToken, ofUser.Key, excess);
                    Bind(addToCount, ofUser.Key, -excess);
                    await addToCount.ExecuteScalarAsync(cancellationToken);
                }
            }
        }

        return total;
    }

    private static SqliteCommand Prepare(RecSysDbContext context, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = (SqliteCommand)context.Database.GetDbConnection().CreateCommand();
        command.Transaction = (SqliteTransaction)context.Database.CurrentTransaction!.GetDbTransaction();
        command.CommandText = sql;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        }

        return command;
    }

    private static Task<int> ExecuteAsync(SqliteCommand command, CancellationToken cancellationToken, params ReadOnlySpan<object> values)
    {
        Bind(command, values);
        return command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Bind(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var index = 0; index < values.Length; index++)
        {
            command.Parameters[index].Value = values[index];
        }
    }
}
