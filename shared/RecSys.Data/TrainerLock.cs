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

        // A connection of its own, kept awake: a training may take hours in which nothing is sent.
        var settings = new NpgsqlConnectionStringBuilder(_database.Target.ConnectionString) { Pooling = false, KeepAlive = 30 };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = AdvisoryLocks.Trainer });
            if ((bool)(await command.ExecuteScalarAsync(cancellationToken))!)
            {
                return new TrainerLease(connection, connection);
            }
        }
        catch (Exception exception) when (RecSysDatabase.IsPassing(exception))
        {
            await connection.DisposeAsync();
            throw _database.Target.Unavailable(exception);
        }

        await connection.DisposeAsync();
        return null;
    }
}
