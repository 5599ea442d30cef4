using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Upkeep;
using RecSys.Lake;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Analytics.Tests.Listens;

public sealed class LakeQueriesTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2025, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly ListenLake _lake;
    private readonly LakeQueries _queries;

    public LakeQueriesTests()
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
    public async Task Listens_come_back_as_cells_with_dense_ordinal_indices()
    {
        await _lake.AppendAsync(
        [
            new LakeListen("zoe", "b", Noon, 0.5f),
            new LakeListen("adam", "b", Noon),
            new LakeListen("zoe", "a", Noon.AddHours(1), null, 3),
            new LakeListen("zoe", "b", Noon.AddDays(1), 1f),
        ]);

        var cells = await _queries.ReadInteractionsAsync(InteractionQuery.All);

        cells.UserIds.ShouldBe(["adam", "zoe"]);
        cells.TrackIds.ShouldBe(["a", "b"]);
        cells.UserIndex.ShouldBe([0, 1, 1]);
        cells.ItemIndex.ShouldBe([1, 0, 1]);
        cells.Plays.ShouldBe([1f, 3f, 2f]);
        cells.LastListenedAt.ShouldBe([Microseconds(Noon), Microseconds(Noon.AddHours(1)), Microseconds(Noon.AddDays(1))]);
        cells.ListenCount.ShouldBe(4);
        cells.FindUser("zoe").ShouldBe(1);
        cells.FindTrack("nothing").ShouldBeLessThan(0);
    }

    [Fact]
    public async Task The_time_of_every_listen_is_kept_when_it_is_asked_for()
    {
        LakeListen[] listens =
        [
            new("zoe", "b", Noon.AddDays(1)), new("zoe", "a", Noon), new("zoe", "b", Noon), new("adam", "b", LakeListen.UnknownTime),
        ];
        await _lake.AppendAsync(listens);
        await _lake.AppendAsync(listens);

        var cells = await _queries.ReadInteractionsAsync(new InteractionQuery { KeepsListenTimes = true });

        cells.ListenCounts.ShouldBe([1, 1, 2]);
        cells.ListenTimes.ShouldBe([0, Microseconds(Noon), Microseconds(Noon), Microseconds(Noon.AddDays(1))]);
        cells.ListenCount.ShouldBe(4);
        (await _queries.ReadInteractionsAsync(InteractionQuery.All)).ListenTimes.ShouldBeNull();
    }

    [Fact]
    public async Task Segments_and_rows_tell_whether_the_lake_has_changed()
    {
        (await _queries.CountRowsAsync()).ShouldBe(0);
        (await _lake.ListAsync()).ShouldBeEmpty();
        await _lake.AppendAsync([new("zoe", "b", Noon), new("zoe", "a", Noon.AddDays(1))]);
        var segment = (await _lake.ListAsync()).ShouldHaveSingleItem("a call writes one file, whatever its dates");
        (segment.Rows, segment.FirstListen, segment.LastListen).ShouldBe((2, Noon, Noon.AddDays(1)));
        new FileInfo(Path.Combine(_lake.RootFolder, segment.Path)).Length.ShouldBe(segment.Bytes);

        await _lake.AppendAsync([new("zoe", "b", Noon)]);

        (await _queries.CountRowsAsync()).ShouldBe(3, "the same listen again is another row");
        (await _queries.CountListensAsync()).ShouldBe(2);
        (await _lake.ListAsync()).ShouldContain(segment);
    }

    [Fact]
    public async Task What_is_pinned_stays_as_it_was_whatever_happens_to_the_lake()
    {
        await _lake.AppendAsync([new("ann", "a", Noon)]);
        await _lake.AppendAsync([new("ben", "b", Noon)]);
        await using (await _queries.PinAsync())
        {
            await _lake.AppendAsync([new("cid", "c", Noon)]);
            using var others = new LakeQueries(_lake);
            var upkeep = new LakeUpkeep(others);
            await upkeep.EraseAsync(Deletion.Of("ann"));
            await upkeep.CompactAsync(new CompactionOptions { Grace = TimeSpan.Zero });
            (await others.ReadInteractionsAsync(InteractionQuery.All)).UserIds.ShouldBe(["ben", "cid"]);

            (await _queries.ReadInteractionsAsync(InteractionQuery.All)).UserIds.ShouldBe(["ann", "ben"]);
            (await _queries.CountRowsAsync()).ShouldBe(2);
        }

        (await _queries.ReadInteractionsAsync(InteractionQuery.All)).UserIds.ShouldBe(["ben", "cid"]);
        (await _lake.SweepAsync(TimeSpan.Zero)).ShouldBe(3, "nobody reads the files any more that were merged");
        Directory.GetFiles(_lake.RootFolder, "*.parquet", SearchOption.AllDirectories).Length.ShouldBe(1);
    }

    [Fact]
    public async Task Listens_come_back_one_by_one_in_the_order_of_time()
    {
        LakeListen[] listens =
        [
            new("u2", "t1", Noon.AddDays(2), 0.25f),
            new("u1", "t1", Noon, 1f, 7),
            new("u1", "t2", Noon.AddTicks(10)),
            new("ü \U0001F3B5 'x'", "t \"3\"", Noon.AddTicks(10)),
        ];
        await _lake.AppendAsync(listens);
        await _lake.AppendAsync(listens);

        (await _queries.ReadListensAsync(InteractionQuery.All).ToListAsync()).ShouldBe([listens[1], listens[2], listens[3], listens[0]]);
    }

    [Fact]
    public async Task The_same_listens_added_twice_count_once()
    {
        LakeListen[] listens = [new("u", "t", Noon, null, 2), new("u", "t", Noon.AddTicks(10))];
        await _lake.AppendAsync(listens);
        await _lake.AppendAsync(listens);

        (await _queries.CountListensAsync()).ShouldBe(2);
        (await _queries.ReadInteractionsAsync(InteractionQuery.All)).Plays.ShouldBe([3f]);
    }

    [Fact]
    public async Task Of_listens_that_are_the_same_the_larger_play_count_counts()
    {
        foreach (var plays in (int[])[2, 5, 3])
        {
            await _lake.AppendAsync([new LakeListen("u", "t", Noon, null, plays), new LakeListen("u", "t", Noon.AddHours(1), null, 10)]);
        }

        var cells = await _queries.ReadInteractionsAsync(InteractionQuery.All);
        cells.Plays.ShouldBe([15f]);
        cells.ListenCount.ShouldBe(2);
        (await _queries.ReadListensAsync(InteractionQuery.All).ToListAsync()).Select(listen => listen.PlayCount).ShouldBe([5, 10]);
    }

    [Fact]
    public async Task An_empty_lake_gives_empty_results_and_makes_no_folder()
    {
        var cells = await _queries.ReadInteractionsAsync(InteractionQuery.All);

        cells.CellCount.ShouldBe(0);
        cells.UserIds.ShouldBeEmpty();
        (await _queries.CountListensAsync()).ShouldBe(0);
        (await _queries.ReadListensAsync(InteractionQuery.All).CountAsync()).ShouldBe(0);
        (await _lake.ListImportsAsync()).ShouldBeEmpty();
        await _lake.AppendAsync([]);
        Directory.Exists(_lake.RootFolder).ShouldBeFalse();
    }

    [Fact]
    public async Task A_cut_by_time_puts_every_listen_on_one_side()
    {
        var cut = Noon.AddDays(1);
        await _lake.AppendAsync(
        [
            new LakeListen("u", "before", cut.AddTicks(-10)),
            new LakeListen("u", "at", cut),
            new LakeListen("u", "after", cut.AddDays(30)),
            new LakeListen("u", "untimed", LakeListen.UnknownTime),
        ]);

        (await _queries.ReadInteractionsAsync(new InteractionQuery { Before = cut })).TrackIds.ShouldBe(["before", "untimed"]);
        (await _queries.ReadInteractionsAsync(new InteractionQuery { After = cut })).TrackIds.ShouldBe(["after", "at"]);
        (await _queries.ReadInteractionsAsync(new InteractionQuery { After = cut, Before = cut.AddTicks(10) })).TrackIds.ShouldBe(["at"]);
        (await _queries.ReadInteractionsAsync(new InteractionQuery { After = cut.AddYears(1) })).CellCount.ShouldBe(0);
        (await _queries.ReadListensAsync(new InteractionQuery { Before = cut.AddTicks(-10) }).ToListAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Ids_are_in_ordinal_order_also_beyond_the_basic_plane()
    {
        // By UTF-8 bytes U+FF5E comes before U+1F3B5; ordinal order compares UTF-16 units, where it comes after.
        string[] ids = ["a", "\uFF5E", "\U0001F3B5", "Z"];
        await _lake.AppendAsync([.. ids.Select((id, i) => new LakeListen(id, id, Noon, null, i + 1))]);

        var cells = await _queries.ReadInteractionsAsync(InteractionQuery.All);

        cells.UserIds.ShouldBe(ids.Order(StringComparer.Ordinal));
        cells.UserIndex.ShouldBe([0, 1, 2, 3]);
        cells.ItemIndex.ShouldBe([0, 1, 2, 3]);
        cells.Plays.ShouldBe(cells.UserIds.Select(id => Array.IndexOf(ids, id) + 1f));
        ids.ShouldAllBe(id => cells.UserIds[cells.FindUser(id)] == id);
    }

    [Fact]
    public async Task Indices_do_not_depend_on_the_order_of_writing()
    {
        var listens = Enumerable.Range(0, 5_000).Select(i => new LakeListen($"u{i * 37 % 311}", $"t{i * 53 % 499}", Noon.AddMinutes(i))).ToArray();
        using var other = new ListenLake(_folder.File("other"), new LakeEngineOptions { Threads = 1, Compression = LakeCompression.Snappy });
        using var otherQueries = new LakeQueries(other);
        await _lake.AppendAsync(listens);
        foreach (var part in listens.Reverse().Chunk(1_700))
        {
            await other.AppendAsync(part);
        }

        var first = await _queries.ReadInteractionsAsync(InteractionQuery.All);
        var second = await otherQueries.ReadInteractionsAsync(InteractionQuery.All);

        second.UserIds.ShouldBe(first.UserIds);
        second.TrackIds.ShouldBe(first.TrackIds);
        second.UserIndex.ShouldBe(first.UserIndex);
        second.ItemIndex.ShouldBe(first.ItemIndex);
        second.Plays.ShouldBe(first.Plays);
        second.LastListenedAt.ShouldBe(first.LastListenedAt);
    }

    [Fact]
    public async Task A_cancelled_call_adds_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Should.ThrowAsync<OperationCanceledException>(() => _lake.AppendAsync([new LakeListen("u", "t", Noon)], cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => _queries.ReadInteractionsAsync(InteractionQuery.All, cancelled));
        (await _queries.CountListensAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Little_memory_is_enough_and_spilled_data_is_removed()
    {
        using var lake = new ListenLake(
            _folder.File("lake"), new LakeEngineOptions { MemoryLimitBytes = 128 << 20, TempFolder = _folder.File("deep/er/spill") });
        using var queries = new LakeQueries(lake);
        for (var part = 0; part < 4; part++)
        {
            await lake.AppendAsync([.. Enumerable.Range(part * 250_000, 250_000).Select(i =>
                new LakeListen($"a rather long user id {i * 7919L % 50_021}", $"a rather long track id {i * 104_729L % 30_011}", Noon.AddSeconds(i % 7_200).AddTicks(i * 10L)))]);
        }

        var cells = await queries.ReadInteractionsAsync(InteractionQuery.All);
        cells.ListenCount.ShouldBe(1_000_000);
        (await queries.CountListensAsync()).ShouldBe(1_000_000);
        (await queries.ReadListensAsync(InteractionQuery.All).CountAsync()).ShouldBe(1_000_000);

        queries.Dispose();
        lake.Dispose();
        (Directory.Exists(_folder.File("deep/er/spill")) ? Directory.GetFileSystemEntries(_folder.File("deep/er/spill")) : []).ShouldBeEmpty();
    }

    [Fact]
    public async Task Too_little_memory_is_told_from_damaged_files()
    {
        using var queries = new LakeQueries(_lake, new LakeEngineOptions { MemoryLimitBytes = 1 });
        await _lake.AppendAsync([.. Enumerable.Range(0, 200_000).Select(i => new LakeListen($"{i}".PadLeft(250, 'u'), $"{i}".PadLeft(250, 't'), Noon.AddTicks(i * 10L)))]);

        (await Should.ThrowAsync<EngineException>(() => queries.ReadInteractionsAsync(InteractionQuery.All))).Message.ShouldStartWith("Out of Memory");
    }

    [Fact]
    public async Task Reading_may_end_early()
    {
        await _lake.AppendAsync([.. Enumerable.Range(0, 50_000).Select(i => new LakeListen($"u{i % 100}", $"t{i}", Noon.AddSeconds(i % 3_600)))]);

        await foreach (var listen in _queries.ReadListensAsync(InteractionQuery.All))
        {
            listen.ListenedAt.ShouldBe(Noon);
            break;
        }

        using var cancellation = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var listen in _queries.ReadListensAsync(InteractionQuery.All, cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });
        (await _queries.CountListensAsync()).ShouldBe(50_000);
    }

    [Fact]
    public void Engine_options_outside_their_range_are_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new ListenLake(_folder.Path, new LakeEngineOptions { Threads = 0 }));
        Should.Throw<ArgumentOutOfRangeException>(() => new ListenLake(_folder.Path, new LakeEngineOptions { MemoryLimitBytes = -1 }));
    }

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / 10;
}
