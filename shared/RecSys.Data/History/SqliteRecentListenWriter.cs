using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using RecSys.Data.Schema;

namespace RecSys.Data.History;

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
        RecSysDbContext context, IReadOnlyList<RecentListen> listens, int limit, CancellationToken cancellationToken)
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
                    Timestamps.ToUnixMicroseconds(listen.ListenedAt),
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
