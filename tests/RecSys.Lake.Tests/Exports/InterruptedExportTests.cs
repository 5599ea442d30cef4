using RecSys.Analytics;
using RecSys.Analytics.Listens;
using RecSys.Lake.Exports;
using RecSys.Lake.Storage;
using RecSys.TestKit;

namespace RecSys.Lake.Tests.Exports;

/// <summary>What is left of an export that ended early: nothing.</summary>
public sealed class InterruptedExportTests(S3Fixture s3) : IClassFixture<S3Fixture>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_cancelled_table_ends_soon_and_its_folder_is_gone()
    {
        using var stop = new CancellationTokenSource();
        await using (var target = await ExportTarget.OpenAsync(_folder.File("out"), new S3Options(), TestContext.Current.CancellationToken))
        {
            await Should.ThrowAsync<OperationCanceledException>(() => new ListExporter().WriteListsAsync(
                target.PathTo("lists.parquet"), new ListColumns("user_id", "track_id"), Endless(stop), stop.Token));
        }

        Directory.EnumerateFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_fails_on_the_way_is_what_the_caller_hears()
    {
        var failure = await Should.ThrowAsync<InvalidDataException>(() => new ListExporter().WriteListsAsync(
            _folder.File("lists.parquet"), new ListColumns("user_id", "track_id"), Failing(), TestContext.Current.CancellationToken));
        failure.Message.ShouldBe("the database went away");
    }

    [Fact]
    public async Task A_full_disk_is_one_line_that_names_the_file()
    {
        using var lake = new ListenLake(_folder.File("lake"));
        using var queries = new LakeQueries(lake);
        await lake.AppendAsync([new LakeListen("ann", "t-1", DateTimeOffset.UtcNow)], TestContext.Current.CancellationToken);

        // A device that takes nothing, as a disk without room.
        Func<Task>[] exports =
        [
            () => new LogExporter(queries).WriteEventsAsync("/dev/full", TestContext.Current.CancellationToken),
            () => new ListExporter().WritePopularAsync("/dev/full", [new PopularTrack("t-1", 1, 1, 1, 1)], TestContext.Current.CancellationToken),
            () => new ListExporter().WriteListsAsync("/dev/full", new ListColumns("user_id", "track_id"), Failing(), TestContext.Current.CancellationToken),
        ];
        foreach (var export in exports)
        {
            var failure = await Should.ThrowAsync<IOException>(export);
            failure.Message.ShouldStartWith("/dev/full can't be written");
            failure.Message.ShouldNotContain("\n");
        }
    }

    [Fact]
    public async Task A_large_file_is_uploaded_in_parts_and_a_stopped_upload_leaves_nothing_visible()
    {
        var server = await s3.GetServerAsync();
        var options = new S3Options { Endpoint = server.Endpoint };
        var output = $"s3://{S3Server.Bucket}/large";
        var content = new byte[(40 << 20) + 5];
        new Random(3).NextBytes(content);
        await using (var target = await ExportTarget.OpenAsync(output, options, TestContext.Current.CancellationToken))
        {
            await File.WriteAllBytesAsync(target.PathTo("factors.npz"), content, TestContext.Current.CancellationToken);
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
            await Should.ThrowAsync<OperationCanceledException>(() => target.PublishAsync("v1", new Dictionary<string, long> { ["factors.npz"] = 1 }, stop.Token));
            server.Keys().ShouldNotContain(key => key.StartsWith("large/"));

            await target.PublishAsync("v1", new Dictionary<string, long> { ["factors.npz"] = 1 }, TestContext.Current.CancellationToken);
        }

        server.Keys().Where(key => key.StartsWith("large/")).ShouldBe(["large/factors.npz", "large/manifest.json"]);
        server.Read("large/factors.npz").AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    private static async IAsyncEnumerable<TrackList> Endless(CancellationTokenSource stop)
    {
        for (var user = 0; ; user++)
        {
            await Task.Yield();
            if (user == 100_000)
            {
                await stop.CancelAsync();
            }

            yield return new TrackList($"user-{user}", ["a", "b"], [2, 1]);
        }
    }

    private static async IAsyncEnumerable<TrackList> Failing()
    {
        for (var user = 0; user < 200_000; user++)
        {
            await Task.Yield();
            yield return new TrackList($"user-{user}", ["a", "b"], [2, 1]);
        }

        throw new InvalidDataException("the database went away");
    }
}
