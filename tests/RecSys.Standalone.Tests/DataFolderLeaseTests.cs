using RecSys.TestKit;

namespace RecSys.Standalone.Tests;

public sealed class DataFolderLeaseTests : IDisposable
{
    private readonly TempFolder _folder = new("lease");

    private DirectoryInfo Folder => new(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_process_at_a_time_has_a_folder_and_the_message_names_it()
    {
        using var held = await DataFolderLease.AcquireAsync(Folder, TimeSpan.Zero, null, TestContext.Current.CancellationToken);
        var refused = await Should.ThrowAsync<IOException>(() => DataFolderLease.AcquireAsync(Folder, TimeSpan.Zero, null, TestContext.Current.CancellationToken));
        refused.Message.ShouldContain(_folder.Path);
    }

    [Fact]
    public async Task A_second_long_work_is_refused_at_once_and_told_what_runs_since_when()
    {
        using (await DataFolderLease.AcquireAsync(Folder, TimeSpan.Zero, "recsys train", TestContext.Current.CancellationToken))
        {
            var refused = await Should.ThrowAsync<IOException>(
                () => DataFolderLease.AcquireAsync(Folder, TimeSpan.FromDays(1), "recsys train", TestContext.Current.CancellationToken));
            refused.Message.ShouldStartWith($"'recsys train' has been at work in '{_folder.Path}' since 20");
        }

        using var next = await DataFolderLease.AcquireAsync(Folder, TimeSpan.Zero, "recsys train", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_short_command_waits_for_a_training_to_end()
    {
        Task<DataFolderLease> waiting;
        using (await DataFolderLease.AcquireAsync(Folder, TimeSpan.Zero, "recsys train", TestContext.Current.CancellationToken))
        {
            waiting = DataFolderLease.AcquireAsync(Folder, TimeSpan.FromMinutes(1), null, TestContext.Current.CancellationToken);
            waiting.IsCompleted.ShouldBeFalse();
        }

        (await waiting).Dispose();
    }

    [Fact]
    public async Task Others_find_the_address_while_the_folder_is_held_and_not_afterwards()
    {
        DataFolderLease.RunningAt(Folder).ShouldBeNull();
        using (var held = await DataFolderLease.AcquireAsync(Folder, TimeSpan.Zero, null, TestContext.Current.CancellationToken))
        {
            held.Announce(new Uri("http://127.0.0.1:5100/"));
            DataFolderLease.RunningAt(Folder).ShouldBe(new Uri("http://127.0.0.1:5100/"));
        }

        DataFolderLease.RunningAt(Folder).ShouldBeNull();
        using var again = await DataFolderLease.AcquireAsync(Folder, TimeSpan.Zero, null, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_address_that_a_dead_process_left_is_not_believed()
    {
        await File.WriteAllTextAsync(_folder.File("running.json"), """{"grpc":"http://127.0.0.1:9/"}""", TestContext.Current.CancellationToken);
        DataFolderLease.RunningAt(Folder).ShouldBeNull();
    }

    [Fact]
    public async Task The_whole_system_starts_in_a_folder_whose_name_is_awkward()
    {
        await using var host = await StandaloneHost.StartAsync(
            StandaloneSettings.Quiet(new DirectoryInfo(_folder.File("a;b=c 'd'"))), TestContext.Current.CancellationToken);
        host.GrpcAddress.Port.ShouldBePositive();
        File.Exists(_folder.File("a;b=c 'd'/recsys.db")).ShouldBeTrue();
    }
}
