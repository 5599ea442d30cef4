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

public sealed class PostgresCrashTests(MigratedDatabases databases) : CrashTests(databases, DatabaseOptions.Postgres);

public sealed class SqliteCrashTests(MigratedDatabases databases) : CrashTests(databases, DatabaseOptions.Sqlite);
