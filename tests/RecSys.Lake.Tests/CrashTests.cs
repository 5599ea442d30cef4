using RecSys.Analytics.Listens;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Lake.Tests;

public sealed class CrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_killed_process_loses_nothing_that_was_confirmed_and_leaves_nothing_half()
    {
        using var folder = new TempFolder();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var confirmed = new Dictionary<string, int>();
        for (var round = 0; round < 4; round++)
        {
            var user = $"u{round}";
            using var process = new AppendingProcess(folder.Path, user, calls: int.MaxValue);
            for (var call = 0; call < 3 + (5 * round); call++)
            {
                await process.NextConfirmedAsync(patience.Token);
            }

            process.Kill();

            // What it had printed before it died is confirmed as well.
            confirmed[user] = 3 + (5 * round);
            while (await process.NextConfirmedAsync(patience.Token) is { } last)
            {
                confirmed[user] = last + 1;
            }
        }

        await using var database = await SampleDatabase.OpenSqliteAsync(AppendingProcess.DatabaseIn(folder.Path));
        using var lake = new ListenLake(folder.Path, database.Segments);
        using var queries = new LakeQueries(lake);
        var found = await queries.ReadListensAsync(InteractionQuery.All).ToHashSetAsync();
        foreach (var (user, calls) in confirmed)
        {
            output.WriteLine($"{user}: {calls} calls confirmed, {found.Count(listen => listen.UserId == user)} listens found");
            for (var call = 0; call < calls; call++)
            {
                for (var number = 0; number < AppendingProcess.ListensPerCall; number++)
                {
                    found.ShouldContain(AppendingProcess.Listen(user, call, number));
                }
            }

            // At most the one call that it was killed in is there besides.
            found.Count(listen => listen.UserId == user).ShouldBeLessThanOrEqualTo((calls + 1) * AppendingProcess.ListensPerCall);
        }
    }

    [Fact]
    public async Task Several_processes_write_while_another_reads()
    {
        using var folder = new TempFolder();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var database = await SampleDatabase.OpenSqliteAsync(AppendingProcess.DatabaseIn(folder.Path));
        using var lake = new ListenLake(folder.Path, database.Segments);
        using var queries = new LakeQueries(lake);
        using var first = new AppendingProcess(folder.Path, "first", calls: 25);
        using var second = new AppendingProcess(folder.Path, "second", calls: 25);
        var before = 0L;
        for (var call = 0; call < 25; call++)
        {
            (await first.NextConfirmedAsync(patience.Token)).ShouldBe(call);
            (await second.NextConfirmedAsync(patience.Token)).ShouldBe(call);
            if (call % 8 == 0)
            {
                var count = await queries.CountListensAsync();
                count.ShouldBeGreaterThanOrEqualTo((call + 1) * 2 * AppendingProcess.ListensPerCall);
                count.ShouldBeGreaterThanOrEqualTo(before);
                before = count;
            }
        }

        (await queries.CountListensAsync()).ShouldBe(25 * 2 * AppendingProcess.ListensPerCall);
    }
}
