using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using RecSys.Algorithms;
using RecSys.Data.Schema;

namespace RecSys.Data.Histories;

/// <summary>Adds listens and drops users' oldest ones, inside a context's transaction.</summary>
internal interface IRecentListenWriter
{
    /// <summary>Adds listens; those that are there keep the larger value of each field.</summary>
    /// <param name="context">With an open transaction.</param>
    /// <param name="listens">Distinct, in the order of <see cref="RecentListenRow.Compare"/>.</param>
    /// <param name="cancellationToken">Stops the statements.</param>
    /// <returns>How many listens were new.</returns>
    Task<int> AddAsync(RecSysDbContext context, RecentListenRow[] listens, CancellationToken cancellationToken);

    /// <summary>Drops the oldest listens of some users above a number; what another writer is dropping is left to it.</summary>
    Task TrimAsync(RecSysDbContext context, string[] users, int kept, CancellationToken cancellationToken);

    /// <summary>Removes listens; those that are not there are passed by.</summary>
    /// <inheritdoc cref="AddAsync" path="/param"/>
    /// <returns>How many were there.</returns>
    Task<int> RemoveAsync(RecSysDbContext context, RecentListenRow[] listens, CancellationToken cancellationToken);

    /// <summary>The places of the plays close to which, but not at the same time, the same user has a listen of the same track.</summary>
    Task<List<int>> FindNearAsync(RecSysDbContext context, IReadOnlyList<(RecentListenRow Listen, TimeSpan Within)> plays, CancellationToken cancellationToken);
}

/// <summary>The listens go as one array per column, in one round trip.</summary>
internal sealed class PostgresRecentListenWriter : IRecentListenWriter
{
    private const string AddUsers = "INSERT INTO users (user_id) SELECT unnest(@users) ON CONFLICT DO NOTHING";

    // To compile statements of so many rows takes a fifth of the time that they take, and saves nothing.
    private const string CompileNothing = "SET LOCAL jit = off";

    // A row that is there and stays as it is does not come back; of one that comes back, xmax tells whether it was there.
    private const string AddListens = """
        WITH written AS (
            INSERT INTO recent_listens AS kept (user_id, track_id, listened_at, played_share, play_count, producer_code)
            SELECT * FROM unnest(@user_ids, @track_ids, @times, @shares, @plays, @producers)
            ON CONFLICT (user_id, listened_at, track_id) DO UPDATE
            SET played_share = greatest(kept.played_share, excluded.played_share), play_count = greatest(kept.play_count, excluded.play_count)
            WHERE kept.play_count < excluded.play_count OR kept.played_share IS DISTINCT FROM greatest(kept.played_share, excluded.played_share)
            RETURNING xmax = 0 AS is_new)
        SELECT count(*) FILTER (WHERE is_new)::int FROM written
        """;

    private const string DropOldest = """
        WITH old AS (
            SELECT kept.ctid
            FROM unnest(@users) AS crowded (user_id)
            CROSS JOIN LATERAL (
                SELECT listened_at, track_id FROM recent_listens WHERE user_id = crowded.user_id
                ORDER BY listened_at DESC, track_id DESC OFFSET @kept LIMIT 1) AS newest
            JOIN recent_listens AS kept ON kept.user_id = crowded.user_id
                AND (kept.listened_at, kept.track_id) <= (newest.listened_at, newest.track_id)
            FOR UPDATE OF kept SKIP LOCKED)
        DELETE FROM recent_listens USING old WHERE recent_listens.ctid = old.ctid
        """;

    public async Task<int> AddAsync(RecSysDbContext context, RecentListenRow[] listens, CancellationToken cancellationToken)
    {
        var users = new List<string>(listens.Length);
        var userIds = new string[listens.Length];
        var trackIds = new string[listens.Length];
        var times = new DateTime[listens.Length];
        var shares = new float?[listens.Length];
        var plays = new int[listens.Length];
        var producers = new short[listens.Length];
        for (var i = 0; i < listens.Length; i++)
        {
            (userIds[i], trackIds[i], var time, shares[i], plays[i]) = listens[i];
            times[i] = time.UtcDateTime;
            producers[i] = listens[i].ProducerCode;
            if (users.Count == 0 || users[^1] != userIds[i])
            {
                users.Add(userIds[i]);
            }
        }

        await using var batch = CreateBatch(context);
        Add(batch, CompileNothing);
        Add(batch, AddUsers, new NpgsqlParameter<List<string>>("users", users));
        Add(
            batch,
            AddListens,
            new NpgsqlParameter<string[]>("user_ids", userIds),
            new NpgsqlParameter<string[]>("track_ids", trackIds),
            new NpgsqlParameter<DateTime[]>("times", times) { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            new NpgsqlParameter<float?[]>("shares", shares),
            new NpgsqlParameter<int[]>("plays", plays),
            new NpgsqlParameter<short[]>("producers", producers));
        return (int)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task TrimAsync(RecSysDbContext context, string[] users, int kept, CancellationToken cancellationToken)
    {
        if (users.Length > 0)
        {
            await using var batch = CreateBatch(context);
            Add(batch, DropOldest, new NpgsqlParameter<string[]>("users", users), new NpgsqlParameter<int>("kept", kept));
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public Task<int> RemoveAsync(RecSysDbContext context, RecentListenRow[] listens, CancellationToken cancellationToken)
    {
        var users = Array.ConvertAll(listens, listen => listen.UserId);
        var tracks = Array.ConvertAll(listens, listen => listen.TrackId);
        var times = Array.ConvertAll(listens, listen => listen.ListenedAt.UtcDateTime);
        return context.Database.ExecuteSqlAsync(
            $"""
            DELETE FROM recent_listens USING unnest({users}, {tracks}, {times}) AS gone (user_id, track_id, listened_at)
            WHERE recent_listens.user_id = gone.user_id AND recent_listens.track_id = gone.track_id AND recent_listens.listened_at = gone.listened_at
            """,
            cancellationToken);
    }

    public Task<List<int>> FindNearAsync(
        RecSysDbContext context, IReadOnlyList<(RecentListenRow Listen, TimeSpan Within)> plays, CancellationToken cancellationToken)
    {
        var users = plays.Select(play => play.Listen.UserId).ToArray();
        var tracks = plays.Select(play => play.Listen.TrackId).ToArray();
        var times = plays.Select(play => play.Listen.ListenedAt.UtcDateTime).ToArray();
        var producers = plays.Select(play => play.Listen.ProducerCode).ToArray();
        var within = plays.Select(play => play.Within).ToArray();
        return context.Database.SqlQuery<int>(
            $"""
            SELECT (place - 1)::int AS "Value"
            FROM unnest({users}, {tracks}, {times}, {producers}, {within}) WITH ORDINALITY AS play (user_id, track_id, listened_at, producer_code, within, place)
            WHERE EXISTS (
                SELECT 1 FROM recent_listens AS kept WHERE kept.user_id = play.user_id AND kept.track_id = play.track_id
                    AND kept.listened_at > play.listened_at - play.within AND kept.listened_at < play.listened_at + play.within
                    AND kept.listened_at <> play.listened_at AND kept.producer_code NOT IN (0, play.producer_code))
            """).ToListAsync(cancellationToken);
    }

    private static NpgsqlBatch CreateBatch(RecSysDbContext context)
    {
        var connection = (NpgsqlConnection)context.Database.GetDbConnection();
        return new NpgsqlBatch(connection) { Timeout = context.Database.GetCommandTimeout() ?? connection.CommandTimeout };
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
    private const string AddUser = "INSERT INTO users (user_id) VALUES (@user) ON CONFLICT DO NOTHING";

    private const string AddListen = """
        INSERT INTO recent_listens (user_id, track_id, listened_at, played_share, play_count, producer_code)
        VALUES (@user, @track, @time, @share, @plays, @producer) ON CONFLICT DO NOTHING
        """;

    // max() of two is null where one of them is.
    private const string MergeListen = """
        UPDATE recent_listens
        SET played_share = coalesce(max(played_share, @share), played_share, @share), play_count = max(play_count, @plays)
        WHERE user_id = @user AND track_id = @track AND listened_at = @time
        """;

    private const string DropOldest = """
        DELETE FROM recent_listens WHERE user_id = @user AND (listened_at, track_id) <= (
            SELECT listened_at, track_id FROM recent_listens WHERE user_id = @user ORDER BY listened_at DESC, track_id DESC LIMIT 1 OFFSET @kept)
        """;

    private const string RemoveListen = "DELETE FROM recent_listens WHERE user_id = @user AND track_id = @track AND listened_at = @time";

    private const string IsNear = """
        SELECT EXISTS (
            SELECT 1 FROM recent_listens WHERE user_id = @user AND track_id = @track
                AND listened_at > @time - @within AND listened_at < @time + @within AND listened_at <> @time
                AND producer_code NOT IN (0, @producer))
        """;

    public async Task<int> AddAsync(RecSysDbContext context, RecentListenRow[] listens, CancellationToken cancellationToken)
    {
        await using var addUser = Prepare(context, AddUser, "@user");
        await using var addListen = Prepare(context, AddListen, "@user", "@track", "@time", "@share", "@plays", "@producer");
        await using var mergeListen = Prepare(context, MergeListen, "@user", "@track", "@time", "@share", "@plays");
        var (added, user) = (0, (string?)null);
        foreach (var listen in listens)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (listen.UserId != user)
            {
                user = listen.UserId;
                Execute(addUser, user);
            }

            object[] values =
            [
                listen.UserId, listen.TrackId, UnixMicroseconds.From(listen.ListenedAt), (object?)listen.PlayedShare ?? DBNull.Value, listen.PlayCount,
            ];
            if (Execute(addListen, [.. values, listen.ProducerCode]) > 0)
            {
                added++;
            }
            else
            {
                Execute(mergeListen, values);
            }
        }

        return added;
    }

    public async Task TrimAsync(RecSysDbContext context, string[] users, int kept, CancellationToken cancellationToken)
    {
        await using var dropOldest = Prepare(context, DropOldest, "@user", "@kept");
        foreach (var user in users)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Execute(dropOldest, user, kept);
        }
    }

    public async Task<int> RemoveAsync(RecSysDbContext context, RecentListenRow[] listens, CancellationToken cancellationToken)
    {
        await using var remove = Prepare(context, RemoveListen, "@user", "@track", "@time");
        return listens.Sum(listen => Execute(remove, listen.UserId, listen.TrackId, UnixMicroseconds.From(listen.ListenedAt)));
    }

    public async Task<List<int>> FindNearAsync(
        RecSysDbContext context, IReadOnlyList<(RecentListenRow Listen, TimeSpan Within)> plays, CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken);
        await using var isNear = Prepare(context, IsNear, "@user", "@track", "@time", "@within", "@producer");
        var near = new List<int>();
        for (var place = 0; place < plays.Count; place++)
        {
            var (listen, within) = plays[place];
            Bind(isNear, listen.UserId, listen.TrackId, UnixMicroseconds.From(listen.ListenedAt), UnixMicroseconds.From(within), listen.ProducerCode);
            if (isNear.ExecuteScalar() is 1L)
            {
                near.Add(place);
            }
        }

        return near;
    }

    private static SqliteCommand Prepare(RecSysDbContext context, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = (SqliteCommand)context.Database.GetDbConnection().CreateCommand();
        command.Transaction = (SqliteTransaction?)context.Database.CurrentTransaction?.GetDbTransaction();
        command.CommandText = sql;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        }

        return command;
    }

    // The driver has no asynchronous calls: its own wait for these.
    private static int Execute(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Bind(command, values);
        return command.ExecuteNonQuery();
    }

    private static void Bind(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var index = 0; index < values.Length; index++)
        {
            command.Parameters[index].Value = values[index];
        }
    }
}
