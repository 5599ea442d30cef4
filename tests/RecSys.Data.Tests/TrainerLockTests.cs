using RecSys.TestKit;

namespace RecSys.Data.Tests;

public sealed class TrainerLockTests
{
    [Fact]
    public async Task Processes_that_reach_a_file_by_different_links_share_its_lock()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("recsys.db"), "", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(folder.File("link.db"), folder.File("recsys.db"));
        await using var direct = new TestDatabase(DatabaseOptions.Sqlite, $"Data Source={folder.File("recsys.db")}");
        await using var linked = new TestDatabase(DatabaseOptions.Sqlite, $"Data Source={folder.File("link.db")}");

        await using (var held = await direct.TrainerLock.TryAcquireAsync(TestContext.Current.CancellationToken))
        {
            held.ShouldNotBeNull();
            (await linked.TrainerLock.TryAcquireAsync(TestContext.Current.CancellationToken)).ShouldBeNull();
        }

        await using var next = await linked.TrainerLock.TryAcquireAsync(TestContext.Current.CancellationToken);
        next.ShouldNotBeNull();
    }
}
