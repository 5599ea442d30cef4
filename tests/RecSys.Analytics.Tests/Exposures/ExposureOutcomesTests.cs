using RecSys.Analytics.Engine;
using RecSys.Analytics.Exposures;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Upkeep;
using RecSys.Data.Segments;
using RecSys.Lake;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Analytics.Tests.Exposures;

/// <summary>Exposures in segments: read once, joined to the listens that followed, and looked after as listens are.</summary>
public sealed class ExposureOutcomesTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly MemorySegmentCatalogue _catalogue = new();
    private readonly ListenLake _lake;
    private readonly LakeQueries _queries;

    public ExposureOutcomesTests()
    {
        _lake = new ListenLake(_folder.File("lake"), _catalogue, new LakeEngineOptions { Threads = 2 });
        _queries = new LakeQueries(_lake);
    }

    public void Dispose()
    {
        _queries.Dispose();
        _lake.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_play_counts_for_the_last_exposure_before_it_and_only_within_the_window()
    {
        await ShowAsync(Slate("e1", "ann", Noon, "a", "b", "c"));
        await ShowAsync([.. Slate("e2", "ann", Noon.AddMinutes(10), "a", "d"), .. Slate("e3", "bob", Noon, "a")]);
        await _lake.AppendAsync(
        [
            new LakeListen("ann", "a", Noon.AddMinutes(-1)),
            new LakeListen("ann", "a", Noon.AddMinutes(12), 0.25f),
            new LakeListen("ann", "a", Noon.AddMinutes(30), 1f),
            new LakeListen("ann", "b", Noon, 0.5f),
            new LakeListen("ann", "c", Noon.AddHours(1).AddMicroseconds(1)),
            new LakeListen("ann", "d", Noon.AddMinutes(5)),
            new LakeListen("eve", "a", Noon.AddMinutes(1)),
        ]);

        var rows = await ExportAsync(ExposureQuery.All);

        rows.Where(row => row.Listened).ShouldBe(
        [
            new Outcome("e1", 2, true, 1, 0.5f, 0),
            new Outcome("e2", 1, true, 2, 1f, 120),
        ]);
        rows.Count.ShouldBe(6);
        (await ExportAsync(new ExposureQuery { Window = TimeSpan.FromHours(2) })).Single(row => row.Exposure == "e1" && row.Rank == 3).Listened.ShouldBeTrue();
    }

    [Fact]
    public async Task A_play_belongs_to_the_last_exposure_also_when_that_is_not_asked_for()
    {
        await ShowAsync(Slate("e1", "ann", Noon, "a"));
        await ShowAsync(Slate("e2", "ann", Noon.AddMinutes(10), "a"));
        await _lake.AppendAsync([new LakeListen("ann", "a", Noon.AddMinutes(20))]);

        (await ExportAsync(new ExposureQuery { Before = Noon.AddMinutes(10) })).ShouldBe([new Outcome("e1", 1, false, 0, null, null)]);
        (await ExportAsync(new ExposureQuery { After = Noon.AddMinutes(10) })).ShouldBe([new Outcome("e2", 1, true, 1, null, 600)]);
    }

    [Fact]
    public async Task The_same_exposure_and_rank_is_one_row_however_often_it_was_stored()
    {
        await ShowAsync([.. Slate("e1", "ann", Noon, "a", "b"), .. Slate("e1", "ann", Noon, "a", "b")]);
        await ShowAsync(Slate("e1", "ann", Noon, "a", "b"));
        await ShowAsync(Slate("e1", "mallory", Noon.AddMinutes(1), "x"));

        (await ReportAsync()).Total.ShouldBe(new ExposureCounts(1, 2, 0, null));
        var merged = await new LakeUpkeep(_queries).CompactAsync(new CompactionOptions { Grace = TimeSpan.Zero });

        (merged.SegmentsBefore, merged.SegmentsAfter, merged.RowsBefore, merged.RowsAfter).ShouldBe((3, 1, 7L, 2L));
        Files().Length.ShouldBe(1);
        var row = (await LakeTable.QueryAsync(_lake, "SELECT user_id, track_id, sources, score, propensity, model_version, degraded FROM exposures ORDER BY rank", 10)).Rows[1];
        row[0].ShouldBe("ann");
        row[1].ShouldBe("b");
        row[2].ShouldBeAssignableTo<IEnumerable<string>>()!.ShouldBe(["als", "next"]);
        row[3..].ShouldBe([0.5, 0.25, "v1", true]);
    }

    [Fact]
    public async Task The_report_counts_by_version_arm_source_and_rank()
    {
        await ShowAsync(Slate("e1", "ann", Noon, "a", "b"));
        await ShowAsync([.. Slate("e2", "bob", Noon, "a").Select(row => row with { ModelVersion = "v2", Experiment = "x", Arm = "T1", Sources = [] })]);
        await _lake.AppendAsync([new LakeListen("ann", "a", Noon.AddMinutes(1), 0.5f), new LakeListen("bob", "a", Noon.AddMinutes(1), 1f)]);

        var report = await ReportAsync();

        report.Total.ShouldBe(new ExposureCounts(2, 3, 2, 0.75));
        report.Versions.ShouldBe([new ExposureCounts(1, 2, 1, 0.5) { ModelVersion = "v1" }, new ExposureCounts(1, 1, 1, 1) { ModelVersion = "v2" }]);
        report.Arms.Select(arm => (arm.Experiment, arm.Arm, arm.Shown)).ShouldBe([("", "", 2L), ("x", "T1", 1L)]);
        report.Sources.Select(source => (source.Source, source.Shown, source.Played)).ShouldBe([("", 1L, 1L), ("als", 2L, 1L)]);
        report.Ranks.Select(rank => (rank.Rank, rank.Shown, rank.Played)).ShouldBe([(1, 2L, 2L), (2, 1L, 0L)]);
        report.Cells.Select(cell => (cell.ModelVersion, cell.Source, cell.Rank, cell.Shown, cell.Played))
            .ShouldBe([("v1", "als", 1, 1L, 1L), ("v1", "als", 2, 1L, 0L), ("v2", "", 1, 1L, 1L)]);
    }

    [Fact]
    public async Task Exposures_are_no_listens()
    {
        await ShowAsync(Slate("e1", "ann", Noon, "a"));

        (await _queries.CountRowsAsync()).ShouldBe(0);
        (await _queries.CountListensAsync()).ShouldBe(0);
        var status = await new LakeUpkeep(_queries).ReadStatusAsync();
        (status.Segments, status.Exposures.Single().Date, status.Exposures.Single().Rows).ShouldBe((0, "2026-03-14", 1L));
    }

    [Fact]
    public async Task An_empty_lake_has_an_empty_report()
    {
        var report = await ReportAsync();

        report.Total.ShouldBe(new ExposureCounts(0, 0, 0, null));
        report.Cells.ShouldBeEmpty();
    }

    [Fact]
    public async Task Exposures_of_a_deleted_user_are_in_no_file()
    {
        await ShowAsync([.. Slate("e1", "ann", Noon, "a", "b"), .. Slate("e2", "bob", Noon, "a")]);
        await ShowAsync(Slate("e3", "ann", Noon.AddDays(1), "a"));
        await _lake.AppendAsync([new LakeListen("ann", "a", Noon)]);

        var report = await new LakeUpkeep(_queries).EraseAsync(Deletion.Of("ann"));
        await _lake.SweepAsync(TimeSpan.Zero);

        (report.Rows, report.Segments).ShouldBe((4, 3));
        (await ExportAsync(ExposureQuery.All)).Select(row => row.Exposure).ShouldBe(["e2"]);
        Files().ShouldHaveSingleItem().ShouldContain("date=2026-03-14");
    }

    [Fact]
    public async Task Old_exposures_go_and_listens_stay()
    {
        await ShowAsync(Slate("e1", "ann", Noon, "a"));
        await ShowAsync([.. Slate("e2", "ann", Noon.AddDays(1), "a"), .. Slate("e3", "ann", Noon.AddDays(3), "a")]);
        await ShowAsync(Slate("e4", "ann", Noon.AddDays(2), "a"));
        await _lake.AppendAsync([new LakeListen("ann", "a", Noon)]);
        var upkeep = new LakeUpkeep(_queries);

        (await upkeep.ExpireExposuresAsync(Noon.AddDays(2))).ShouldBe(2);
        (await upkeep.ExpireExposuresAsync(Noon.AddDays(2).AddHours(1))).ShouldBe(0);
        await _lake.SweepAsync(TimeSpan.Zero);

        (await ExportAsync(ExposureQuery.All)).Select(row => row.Exposure).ShouldBe(["e4", "e3"]);
        Files().Length.ShouldBe(2);
        (await _queries.CountListensAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_segment_that_can_not_be_read_is_named()
    {
        await ShowAsync(Slate("e1", "ann", Noon, "a"));
        var broken = Files().ShouldHaveSingleItem();
        await File.WriteAllTextAsync(broken, "PAR1 but no table");

        (await Should.ThrowAsync<LakeCorruptException>(() => ReportAsync())).File.ShouldBe(broken);
        (await Should.ThrowAsync<LakeCorruptException>(() => ExportAsync(ExposureQuery.All))).File.ShouldBe(broken);
        (await Should.ThrowAsync<LakeCorruptException>(() => LakeTable.QueryAsync(_lake, "SELECT * FROM exposures", 1))).File.ShouldBe(broken);
        Directory.GetFiles(_folder.Path).ShouldBeEmpty();
    }

    private static LakeExposure[] Slate(string exposure, string user, DateTimeOffset shownAt, params string[] tracks) =>
    [
        .. tracks.Select((track, i) => new LakeExposure(exposure, user, shownAt, track, i + 1)
        {
            ModelVersion = "v1", Policy = "default", IsDegraded = true, Sources = ["als", "next"], Score = 1.0 / (i + 1), Propensity = 0.25,
        }),
    ];

    private async Task ShowAsync(params LakeExposure[] rows) => await _catalogue.SwapAsync([await _lake.WriteAsync(rows)], [], CancellationToken.None);

    private Task<ExposureReport> ReportAsync() => new ExposureOutcomes(_queries).ReportAsync(ExposureQuery.All);

    private string[] Files() => Directory.GetFiles(Path.Combine(_lake.RootFolder, "exposures"), "*.parquet", SearchOption.AllDirectories);

    private async Task<List<Outcome>> ExportAsync(ExposureQuery query)
    {
        var file = _folder.File("rows.parquet");
        var count = await new ExposureOutcomes(_queries).ExportAsync(query, file);
        using var engine = QueryEngine.Open(new LakeEngineOptions { Threads = 1 });
        using var connection = engine.Connect();
        var rows = connection.ReadRows(
            $"SELECT exposure_id, rank, listened, plays, played_share, delay_seconds FROM {SqlText.Parquet(file)} ORDER BY shown_at, exposure_id, rank",
            row => new Outcome(row.GetString(0), row.GetInt32(1), row.GetBoolean(2), row.GetInt32(3), row.IsDBNull(4) ? null : row.GetFloat(4), row.IsDBNull(5) ? null : row.GetDouble(5)),
            CancellationToken.None);
        rows.Count.ShouldBe((int)count);
        return rows;
    }

    private sealed record Outcome(string Exposure, int Rank, bool Listened, int Plays, float? PlayedShare, double? DelaySeconds);
}
