using System.Data;
using Npgsql;

namespace RecSys.Data;

/// <summary>
/// An advisory lock on a connection of its own. Nothing runs on that connection, so the server sees at once when its holder dies and
/// frees the lock; and the holder listens on it, so it hears at once when the connection ends (docs/decisions/0007
/// compares this with a package).
/// </summary>
internal sealed class PostgresLock : IAsyncDisposable
{
    // The keys are arbitrary, but the same for all processes that share a database, of whatever version.

    /// <summary>Held while the schema is created or updated.</summary>
    public const long MigrationKey = 0x7265_6373_7973_0001;

    /// <summary>Held for a transaction that activates or removes versions.</summary>
    public const long ModelsKey = 0x7265_6373_7973_0002;

    /// <summary>Held while a training runs.</summary>
    public const long TrainerKey = 0x7265_6373_7973_0003;

    /// <summary>Held for a transaction that deletes a person; shared by those that store something of people.</summary>
    public const long DeletionsKey = 0x7265_6373_7973_0004;

    // The server, too, looks for a holder whose machine or network is gone: after 30 s, then six times, every 5 s.
    private const string LookForDeadHolder = "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 6";

    private readonly NpgsqlConnection _connection;

    private PostgresLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Takes the lock as soon as it is free.</summary>
    public static async Task<PostgresLock> TakeAsync(DatabaseTarget target, long key, CancellationToken cancellationToken) =>
        (await OpenAsync(target, "SELECT true FROM pg_advisory_lock($1)", key, cancellationToken))!;

    /// <summary>Takes the lock if it is free.</summary>
    /// <returns>The lock, held until disposed; null while somebody else holds it.</returns>
    public static Task<PostgresLock?> TryTakeAsync(DatabaseTarget target, long key, CancellationToken cancellationToken) =>
        OpenAsync(target, "SELECT pg_try_advisory_lock($1)", key, cancellationToken);

    /// <summary>The server's process of this connection.</summary>
    public int ProcessId => _connection.ProcessID;

    /// <summary>Whether anybody but a process of the server, which may be about to end, holds the lock.</summary>
    public static async Task<bool> IsHeldByOtherAsync(DatabaseTarget target, long key, int processId, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(target.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            SELECT EXISTS (
                SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
                WHERE datname = current_database() AND locktype = 'advisory' AND granted AND pid <> $2
                    AND objsubid = 1 AND (classid::bigint << 32) | objid::bigint = $1)
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = key });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = processId });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Returns when the connection is lost, and the lock with it.</summary>
    public async Task WaitForLossAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                // Returns for what the server says unasked, such as a changed setting.
                await _connection.WaitAsync(cancellationToken);
            }
        }
        catch (NpgsqlException)
        {
            // The connection is lost.
        }
    }

    /// <summary>Gives the lock back.</summary>
    public async ValueTask DisposeAsync()
    {
        await using (_connection)
        {
            if (_connection.State != ConnectionState.Open)
            {
                return;
            }

            // Closing alone would free the lock only when the server has noticed.
            try
            {
                await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", _connection);
                await command.ExecuteNonQueryAsync();
            }
            catch (NpgsqlException)
            {
                // The connection is lost, and the lock with it.
            }
        }
    }

    private static async Task<PostgresLock?> OpenAsync(DatabaseTarget target, string sql, long key, CancellationToken cancellationToken)
    {
        // Neither pooled nor shared: the lock would stay with the connection. TCP keeps it awake, so that nothing runs on it.
        var settings = new NpgsqlConnectionStringBuilder(target.ConnectionString) { Pooling = false, Multiplexing = false, KeepAlive = 0 };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        var isHeld = false;
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using (var keepAlive = new NpgsqlCommand(LookForDeadHolder, connection))
            {
                await keepAlive.ExecuteNonQueryAsync(cancellationToken);
            }

            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = key });
            isHeld = (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
            return isHeld ? new PostgresLock(connection) : null;
        }
        finally
        {
            if (!isHeld)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
