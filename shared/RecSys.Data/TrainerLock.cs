using System.Data;
using Npgsql;
using RecSys.Data.Locks;
using RecSys.Data.Schema;

namespace RecSys.Data;

/// <summary>
/// At most one training runs at a time, over all processes that share the database. The lock goes with its holder's
/// connection (Postgres) or process (SQLite), so a dead trainer never blocks the next one.
/// </summary>
public sealed class TrainerLock
{
    private readonly RecSysDatabase _database;

    internal TrainerLock(RecSysDatabase database) => _database = database;

    /// <summary>Takes the lock if it is free.</summary>
    /// <returns>What holds it until disposed; null when another training runs.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<TrainerLease?> TryAcquireAsync(CancellationToken cancellationToken)
    {
        if (_database.Target.SqliteFile is { } file)
        {
            return FileLock.TryAcquire(file + ".trainer.lock") is { } held ? new TrainerLease(held, null) : null;
        }

        try
        {
            return await PostgresLock.TryAcquireAsync(_database.Target.ConnectionString, AdvisoryLocks.Trainer, cancellationToken)
                is { } connection ? new TrainerLease(connection, connection) : null;
        }
        catch (Exception exception) when (RecSysDatabase.IsPassing(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw _database.Target.Unavailable(exception);
        }
    }
}

/// <summary>The right to train, until disposed.</summary>
public sealed class TrainerLease : IAsyncDisposable
{
    private readonly IAsyncDisposable _holder;
    private readonly NpgsqlConnection? _connection;

    internal TrainerLease(IAsyncDisposable holder, NpgsqlConnection? connection)
    {
        _holder = holder;
        _connection = connection;
    }

    /// <summary>
    /// False once the connection that holds the lock is known to be lost. Another trainer may then have marked this
    /// one's version as failed; <see cref="Models.ModelStore"/> refuses to write to or finish such a version.
    /// </summary>
    public bool IsHeld => _connection is null || _connection.State == ConnectionState.Open;

    /// <summary>Gives the lock back; the next trainer may take it at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await using (_holder)
        {
            if (_connection is not { State: ConnectionState.Open })
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
}
