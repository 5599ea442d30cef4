namespace RecSys.Lake.Tests;

public sealed class ListenLakeTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2025, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly ListenLake _lake;

    public ListenLakeTests() => _lake = new ListenLake(_folder.File("lake"));

    public void Dispose()
    {
        _lake.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Listens_come_back_as_cells_with_dense_ordinal_indices()
    {
        await _lake.AppendAsync(
        [
            new LakeListen("zoe", "b", Noon, 0.5f),
            new LakeListen("adam", "b", Noon),
            new LakeListen("zoe", "a", Noon.AddHours(1), null, 3),
            new LakeListen("zoe", "b", Noon.AddDays(1), 1f),
        ]);

        var cells = await _lake.ReadInteractionsAsync(InteractionQuery.All);

        cells.UserIds.ShouldBe(["adam", "zoe"]);
        cells.TrackIds.ShouldBe(["a", "b"]);
        cells.UserIndex.ShouldBe([0, 1, 1]);
        cells.ItemIndex.ShouldBe([1, 0, 1]);
        cells.Plays.ShouldBe([1f, 3f, 2f]);
        cells.LastListenedAt.ShouldBe(
            [Microseconds(Noon), Microseconds(Noon.AddHours(1)), Microseconds(Noon.AddDays(1))]);
        cells.ListenCount.ShouldBe(4);
    }

    [Fact]
    public async Task Segments_lie_under_the_UTC_date_and_nothing_is_left_in_progress()
    {
        await _lake.AppendAsync([new LakeListen("u", "t", new DateTimeOffset(2025, 3, 14, 23, 30, 0, TimeSpan.FromHours(-2)))]);

        Directory.GetDirectories(Path.Combine(_lake.RootFolder, "listens")).Select(Path.GetFileName).ShouldBe(["date=2025-03-15"]);
        Directory.GetFileSystemEntries(Path.Combine(_lake.RootFolder, ".staging")).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_listens_added_twice_count_once()
    {
        LakeListen[] listens = [new("u", "t", Noon, null, 2), new("u", "t", Noon.AddTicks(10))];
        await _lake.AppendAsync(listens);
        await _lake.AppendAsync(listens);

        (await _lake.CountListensAsync()).ShouldBe(2);
        (await _lake.ReadInteractionsAsync(InteractionQuery.All)).Plays.ShouldBe([3f]);
    }

    [Fact]
    public async Task An_empty_lake_gives_empty_results()
    {
        var cells = await _lake.ReadInteractionsAsync(InteractionQuery.All);

        cells.CellCount.ShouldBe(0);
        cells.UserIds.ShouldBeEmpty();
        (await _lake.CountListensAsync()).ShouldBe(0);
        (await _lake.ReadListensAsync(InteractionQuery.All).CountAsync()).ShouldBe(0);
    }

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / 10;
}
