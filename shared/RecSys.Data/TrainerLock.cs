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
