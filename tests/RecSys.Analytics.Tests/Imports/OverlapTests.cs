using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Lake;
using RecSys.TestKit;

namespace RecSys.Analytics.Tests.Imports;

/// <summary>Cells of several imports and of listens that came through ingest as well.</summary>
public sealed class OverlapTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2025, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly ListenLake _lake;
    private readonly LakeQueries _queries;

    public OverlapTests()
    {
        _lake = new ListenLake(_folder.File("lake"), new LakeEngineOptions { Threads = 2 });
        _queries = new LakeQueries(_lake);
    }

    public void Dispose()
    {
        _queries.Dispose();
        _lake.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_listen_in_two_imports_and_in_a_segment_counts_once_with_the_largest_weight()
    {
        await ImportAsync("one", [("zoe", "b", 1.5, Noon), ("zoe", "a", 2, Noon), ("adam", "c", 1, Noon)]);
        await ImportAsync("two", [("zoe", "b", 2.5, Noon), ("zoe", "b", 1, Noon.AddHours(1)), ("Zed", "a", 1, Noon)]);
        await _lake.AppendAsync([new LakeListen("zoe", "b", Noon), new LakeListen("zoe", "a", Noon, null, 7), new LakeListen("eve", "\U0001F3B5", Noon)]);

        var cells = await _queries.ReadInteractionsAsync(InteractionQuery.All);

        cells.UserIds.ShouldBe(["Zed", "adam", "eve", "zoe"]);
        cells.TrackIds.ShouldBe(["a", "b", "c", "\U0001F3B5"]);
        cells.UserIndex.ShouldBe([0, 1, 2, 3, 3]);
        cells.ItemIndex.ShouldBe([0, 2, 3, 0, 1]);
        cells.Plays.ShouldBe([1f, 1f, 1f, 7f, 3.5f]);
        cells.LastListenedAt[4].ShouldBe(Microseconds(Noon.AddHours(1)));
        cells.ListenCount.ShouldBe(6);
        (await _queries.CountListensAsync()).ShouldBe(6);
    }

    [Fact]
    public async Task A_cut_leaves_out_users_and_tracks_of_imports_that_have_no_listen_on_its_side()
    {
        await ImportAsync("log", [("early", "a", 1, Noon), ("late", "b", 1, Noon.AddDays(2)), ("both", "c", 1, Noon), ("both", "c", 1, Noon.AddDays(3))]);

        var before = await _queries.ReadInteractionsAsync(new InteractionQuery { Before = Noon.AddDays(1) });
        var after = await _queries.ReadInteractionsAsync(new InteractionQuery { After = Noon.AddDays(1) });

        before.UserIds.ShouldBe(["both", "early"]);
        before.TrackIds.ShouldBe(["a", "c"]);
        after.UserIds.ShouldBe(["both", "late"]);
        after.TrackIds.ShouldBe(["b", "c"]);
        after.Plays.ShouldBe([1f, 1f]);
    }

    [Fact]
    public async Task Random_logs_that_overlap_give_the_cells_that_a_dictionary_gives()
    {
        var random = new Random(20);
        var sources = Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 20_000)
            .Select(_ => (User: $"u{Skewed(random, 300)}", Track: $"t{Skewed(random, 800)}", Weight: 1 + random.Next(3), Time: Noon.AddMinutes(random.Next(500))))
            .DistinctBy(listen => (listen.User, listen.Track, listen.Time)).ToArray()).ToArray();
        await ImportAsync("one", sources[0].Select(listen => (listen.User, listen.Track, (double)listen.Weight, listen.Time)));
        await ImportAsync("two", sources[1].Select(listen => (listen.User, listen.Track, (double)listen.Weight, listen.Time)));
        await _lake.AppendAsync([.. sources[2].Select(listen => new LakeListen(listen.User, listen.Track, listen.Time, null, listen.Weight))]);
        await _lake.AppendAsync([.. sources[3].Select(listen => new LakeListen(listen.User, listen.Track, listen.Time, null, listen.Weight))]);

        var listens = sources.SelectMany(source => source).GroupBy(listen => (listen.User, listen.Track, listen.Time))
            .Select(same => (same.Key.User, same.Key.Track, same.Key.Time, Weight: same.Max(listen => listen.Weight))).ToArray();
        var expected = listens.GroupBy(listen => (listen.User, listen.Track))
            .OrderBy(cell => cell.Key.User, StringComparer.Ordinal).ThenBy(cell => cell.Key.Track, StringComparer.Ordinal)
            .Select(cell => $"{cell.Key.User} {cell.Key.Track} {cell.Sum(listen => listen.Weight)} {Microseconds(cell.Max(listen => listen.Time))}");

        var cells = await _queries.ReadInteractionsAsync(InteractionQuery.All);

        cells.ListenCount.ShouldBe(listens.Length);
        Enumerable.Range(0, cells.CellCount)
            .Select(i => $"{cells.UserIds[cells.UserIndex[i]]} {cells.TrackIds[cells.ItemIndex[i]]} {cells.Plays[i]} {cells.LastListenedAt[i]}")
            .ShouldBe(expected);
    }

    [Fact]
    public async Task An_import_whose_ids_are_damaged_is_named_and_one_without_numbers_is_read_by_its_ids()
    {
        await ImportAsync("log", [("zoe", "b", 2, Noon), ("adam", "a", 3, Noon)]);
        var ids = Path.Combine(ImportCase.FolderOf(_lake, "log"), "user_ids.parquet");

        await File.WriteAllTextAsync(ids, "PAR1 no longer");
        (await Should.ThrowAsync<LakeCorruptException>(() => _queries.ReadInteractionsAsync(InteractionQuery.All))).File.ShouldBe(ids);

        File.Delete(ids);
        (await _queries.ReadInteractionsAsync(InteractionQuery.All)).Plays.ShouldBe([3f, 2f]);
    }

    private static int Skewed(Random random, int limit) => (int)(limit * Math.Pow(random.NextDouble(), 3));

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / 10;

    private async Task ImportAsync(string name, IEnumerable<(string User, string Track, double Weight, DateTimeOffset Time)> listens)
    {
        var file = _folder.File($"{name}.csv");
        await File.WriteAllLinesAsync(
            file, ["user,track,weight,time", .. listens.Select(listen => FormattableString.Invariant($"{listen.User},{listen.Track},{listen.Weight},{listen.Time:O}"))]);
        await new LogImporter(_queries).ImportAsync("triples", [file], name);
    }
}
