using RecSys.Analytics.Listens;
using RecSys.TestKit;

namespace RecSys.Lake.Tests;

public sealed class ListenLakeTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2025, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly ListenLake _lake;
    private readonly LakeQueries _queries;

    public ListenLakeTests()
    {
        _lake = new ListenLake(_folder.File("lake"));
        _queries = new LakeQueries(_lake);
    }

    public void Dispose()
    {
        _queries.Dispose();
        _lake.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Segments_lie_under_the_UTC_date_and_nothing_is_left_in_progress()
    {
        await _lake.AppendAsync([new LakeListen("u", "t", new DateTimeOffset(2025, 3, 14, 23, 30, 0, TimeSpan.FromHours(-2)))]);

        Directory.GetDirectories(Path.Combine(_lake.RootFolder, "listens")).Select(Path.GetFileName).ShouldBe(["date=2025-03-15"]);
        Directory.GetFileSystemEntries(Path.Combine(_lake.RootFolder, ".staging")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Listens_of_several_dates_are_one_file_in_a_folder_of_their_own()
    {
        await _lake.AppendAsync([.. Enumerable.Range(0, 100).Select(day => new LakeListen("u", "t", Noon.AddDays(day)))]);

        Directory.GetFiles(_lake.RootFolder, "*.parquet", SearchOption.AllDirectories).ShouldHaveSingleItem().ShouldStartWith(Path.Combine(_lake.RootFolder, "listens", "late"));
        (await _queries.ReadInteractionsAsync(new InteractionQuery { After = Noon.AddDays(10), Before = Noon.AddDays(20) })).ListenCount.ShouldBe(10);
    }

    [Fact]
    public async Task A_file_that_the_catalogue_does_not_know_is_not_read_and_goes_after_a_while()
    {
        await _lake.AppendAsync([new LakeListen("u", "t", Noon)]);
        var segment = Directory.GetFiles(_lake.RootFolder, "*.parquet", SearchOption.AllDirectories).ShouldHaveSingleItem();
        var stranger = Path.Combine(Path.GetDirectoryName(segment)!, "stranger.parquet");
        File.Copy(segment, stranger);
        var written = await _lake.WriteAsync([new LakeListen("u", "t2", Noon)]);

        (await _queries.CountListensAsync()).ShouldBe(1);
        (await _lake.SweepAsync(TimeSpan.Zero)).ShouldBe(0);
        (await _lake.SweepAsync(TimeSpan.FromSeconds(-5), TimeSpan.FromSeconds(-5), TestContext.Current.CancellationToken)).ShouldBe(2);

        Directory.GetFiles(_lake.RootFolder, "*.parquet", SearchOption.AllDirectories).ShouldBe([segment]);
        File.Exists(Path.Combine(_lake.RootFolder, written.Path)).ShouldBeFalse();
    }

    [Fact]
    public async Task Calls_at_the_same_time_are_all_kept()
    {
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 60),
            new ParallelOptions { MaxDegreeOfParallelism = 12 },
            async (call, token) => await _lake.AppendAsync(
                [.. Enumerable.Range(0, 20).Select(i => new LakeListen($"u{call}", $"t{i}", Noon.AddDays(call % 3).AddSeconds(i)))], token));

        (await _queries.CountListensAsync()).ShouldBe(1_200);
    }

    [Theory]
    [InlineData("", "t", 1, null, "user")]
    [InlineData("u", "", 1, null, "track")]
    [InlineData("u", "t", 0, null, "play count")]
    [InlineData("u", "t", 1, 1.01f, "share")]
    [InlineData("u", "t", 1, float.NaN, "share")]
    public async Task A_listen_that_is_none_is_refused_with_all_of_its_call(string user, string track, int plays, float? share, string problem)
    {
        var failure = await Should.ThrowAsync<ArgumentException>(
            () => _lake.AppendAsync([new LakeListen("fine", "t", Noon), new LakeListen(user, track, Noon, share, plays)]));

        failure.Message.ShouldContain(problem);
        failure.Message.ShouldContain("Listen 1");
        (await _queries.CountListensAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task An_id_with_half_a_surrogate_pair_is_refused_and_a_whole_pair_is_not()
    {
        var failure = await Should.ThrowAsync<ArgumentException>(() => _lake.AppendAsync([new LakeListen("u", "t\uD83C", Noon)]));
        failure.Message.ShouldContain("surrogate");

        await _lake.AppendAsync([new LakeListen("u", "t\uD83C\uDFB5", Noon)]);
        (await _queries.ReadInteractionsAsync(InteractionQuery.All)).TrackIds.ShouldBe(["t\uD83C\uDFB5"]);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_fails_the_call_and_later_calls_go_on()
    {
        await File.WriteAllTextAsync(_lake.RootFolder, "a file is in the way");
        await Should.ThrowAsync<IOException>(() => _lake.AppendAsync([new LakeListen("u", "t", Noon)]));

        File.Delete(_lake.RootFolder);
        await _lake.AppendAsync([new LakeListen("u", "t", Noon)]);

        (await _queries.CountListensAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task What_crashed_processes_left_in_progress_is_removed_after_a_day()
    {
        var staging = Directory.CreateDirectory(Path.Combine(_lake.RootFolder, ".staging")).FullName;
        var old = Path.Combine(staging, "old.parquet");
        var young = Path.Combine(staging, "young.parquet");
        await File.WriteAllTextAsync(old, "half");
        await File.WriteAllTextAsync(young, "half");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-25));

        await _lake.AppendAsync([new LakeListen("u", "t", Noon)]);

        Directory.GetFiles(staging).ShouldBe([young]);
        (await _queries.CountListensAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_lake_works_in_a_folder_of_any_name()
    {
        using var lake = new ListenLake(_folder.File("it's [a] *lake* ü"));
        using var queries = new LakeQueries(lake);
        await lake.AppendAsync([new LakeListen("u", "t", Noon)]);
        (await queries.ReadInteractionsAsync(InteractionQuery.All)).CellCount.ShouldBe(1);
    }

    [Fact]
    public async Task After_dispose_calls_are_refused_and_what_was_written_stays()
    {
        await _lake.AppendAsync([new LakeListen("u", "t", Noon)]);
        _lake.Dispose();

        await Should.ThrowAsync<ObjectDisposedException>(() => _lake.AppendAsync([new LakeListen("u", "t", Noon)]));
        (await _queries.CountListensAsync()).ShouldBe(1);
        _queries.Dispose();
        await Should.ThrowAsync<ObjectDisposedException>(() => _queries.CountListensAsync());
    }
}
