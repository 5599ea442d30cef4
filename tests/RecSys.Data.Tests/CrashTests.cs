using Npgsql;
using RecSys.Data.Models;
using RecSys.TestKit;

namespace RecSys.Data.Tests;

public abstract class CrashTests(MigratedDatabases databases, string provider) : DatabaseTests(databases, provider)
{
    [Fact]
    public async Task Killed_process_loses_nothing_confirmed_stores_nothing_half_and_frees_the_training()
    {
        var confirmed = 0;
        using (var process = new WritingProcess(Provider, ConnectionString))
        {
            while (confirmed < 30)
            {
                confirmed = (await process.NextConfirmedAsync(Cancellation)).ShouldNotBeNull() + 1;
            }

            (await Database.TrainerLock.TryAcquireAsync(Cancellation)).ShouldBeNull();
            process.Kill();

            // What it had printed before it died is confirmed as well.
            while (await process.NextConfirmedAsync(Cancellation) is { } last)
            {
                confirmed = last + 1;
            }
        }

        TrainerLease? lease = null;
        await Wait.UntilAsync(
            async () => (lease = await Database.TrainerLock.TryAcquireAsync(Cancellation)) is not null,
            TimeSpan.FromSeconds(30),
            "the dead process let go of the training");
        await using (lease)
        {
            (await Database.Models.RemoveUnfinishedAsync(Cancellation)).ShouldBe(1);
        }

        (await Database.Models.GetAsync(WritingProcess.Version, Cancellation)).ShouldNotBeNull().Status.ShouldBe(ModelStatus.Failed);
        var found = await Database.History.ReadAllAsync(Cancellation).ToHashSetAsync(cancellationToken: Cancellation);
        for (var call = 0; call < confirmed; call++)
        {
            for (var number = 0; number < WritingProcess.ListensPerCall; number++)
            {
                found.ShouldContain(WritingProcess.Listen(call, number));
            }
        }

        // The call that it was killed in is there as a whole or not at all.
        found.Count.ShouldBeOneOf(confirmed * WritingProcess.ListensPerCall, (confirmed + 1) * WritingProcess.ListensPerCall);
    }
}

public sealed class PostgresCrashTests(MigratedDatabases databases) : CrashTests(databases, DatabaseOptions.Postgres)
{
    private const string Locks =
        "FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    private const string Holder = $"SELECT pid {Locks} AND granted";

    private const string KillHolder = $"SELECT count(pg_terminate_backend(pid)) {Locks} AND granted";

    [Fact]
    public async Task Training_whose_connection_is_killed_is_lost_to_the_trainer_that_waited_for_it()
    {
        await using var lease = (await Database.TrainerLock.TryAcquireAsync(Cancellation)).ShouldNotBeNull();
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lease.Lost.Register(lost.SetResult);
        var waiting = PostgresLock.TakeAsync(Database.Database.Target, PostgresLock.TrainerKey, Cancellation);
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await Wait.UntilAsync(
            async () => await ScalarAsync(source, $"SELECT count(*) {Locks} AND NOT granted") is 1L,
            TimeSpan.FromSeconds(30),
            "another trainer waits for the lock");

        (await ScalarAsync(source, KillHolder)).ShouldBe(1L);

        await using var next = await waiting.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        await lost.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        // Giving back what is lost takes nothing from the next.
        await lease.DisposeAsync();
        (await OpenAgain().TrainerLock.TryAcquireAsync(Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Training_whose_connection_is_killed_is_taken_again_when_nobody_else_wants_it()
    {
        await using var lease = (await Database.TrainerLock.TryAcquireAsync(Cancellation)).ShouldNotBeNull();
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        var before = await ScalarAsync(source, Holder);

        (await ScalarAsync(source, KillHolder)).ShouldBe(1L);

        await Wait.UntilAsync(
            async () => await ScalarAsync(source, Holder) is int holder && holder != (int)before!,
            TimeSpan.FromSeconds(30),
            "the training's lock is taken again");
        lease.Lost.IsCancellationRequested.ShouldBeFalse();
        (await OpenAgain().TrainerLock.TryAcquireAsync(Cancellation)).ShouldBeNull();
        await lease.DisposeAsync();
        await using var next = (await OpenAgain().TrainerLock.TryAcquireAsync(Cancellation)).ShouldNotBeNull();
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}

public sealed class SqliteCrashTests(MigratedDatabases databases) : CrashTests(databases, DatabaseOptions.Sqlite);
