using Npgsql;
using RecSys.Contracts;

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
            return FileLock.TryTake(file + ".trainer.lock") is { } taken ? new TrainerLease(taken) : null;
        }

        try
        {
            return await PostgresLock.TryTakeAsync(_database.Target, PostgresLock.TrainerKey, cancellationToken) is { } taken
                ? new TrainerLease(taken, _database.Target)
                : null;
        }
        catch (Exception exception) when (RecSysDatabase.IsPassing(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw _database.Target.Unavailable(exception);
        }
    }
}

/// <summary>
/// The right to train, until disposed. When the connection that holds the lock ends, such as by a restart of the server, the
/// lock is taken again as soon as the database answers.
/// </summary>
public sealed class TrainerLease : IAsyncDisposable
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _givenBack = new();
    private readonly Task _keeping = Task.CompletedTask;
    private IAsyncDisposable _held;

    internal TrainerLease(FileLock held) => _held = held;

    internal TrainerLease(PostgresLock held, DatabaseTarget target)
    {
        _held = held;
        _keeping = KeepAsync(held, target);
    }

    /// <summary>
    /// Cancelled when the lock was lost and another trainer has it now. That one may have marked this one's version as failed;
    /// <see cref="Models.ModelStore"/> refuses to write to or finish such a version.
    /// </summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Gives the lock back; the next trainer may take it at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _givenBack.CancelAsync();
        await _keeping;
        await _held.DisposeAsync();
    }

    private async Task KeepAsync(PostgresLock held, DatabaseTarget target)
    {
        try
        {
            while (true)
            {
                var processId = held.ProcessId;
                await held.WaitForLossAsync(_givenBack.Token);
                await held.DisposeAsync();
                if (await TakeAgainAsync(target, processId) is not { } again)
                {
                    break;
                }

                _held = held = again;
            }
        }
        catch (OperationCanceledException) when (_givenBack.IsCancellationRequested)
        {
            return;
        }
        catch (NpgsqlException)
        {
            // It won't be had again: the database was dropped, or the password changed.
        }

        await _lost.CancelAsync();
    }

    /// <returns>Null when somebody else holds the lock.</returns>
    private async Task<PostgresLock?> TakeAgainAsync(DatabaseTarget target, int formerProcessId)
    {
        while (true)
        {
            try
            {
                if (await PostgresLock.TryTakeAsync(target, PostgresLock.TrainerKey, _givenBack.Token) is { } taken)
                {
                    return taken;
                }

                // The server may not have missed the former connection yet.
                if (await PostgresLock.IsHeldByOtherAsync(target, PostgresLock.TrainerKey, formerProcessId, _givenBack.Token))
                {
                    return null;
                }
            }
            catch (Exception exception) when (RecSysDatabase.IsPassing(exception))
            {
                // The database is away.
            }

            await Task.Delay(RetryInterval, _givenBack.Token);
        }
    }
}
