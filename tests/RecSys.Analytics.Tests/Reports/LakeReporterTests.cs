using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Reports;
using RecSys.Lake;
using RecSys.TestKit;

namespace RecSys.Analytics.Tests.Reports;

public sealed class LakeReporterTests : IDisposable
{
    // A Monday.
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 20, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly ListenLake _lake;
    private readonly LakeQueries _queries;

    public LakeReporterTests()
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
    public async Task Counts_and_rankings_are_those_of_a_small_log_counted_by_hand()
    {
        await AppendSmallLogAsync();

        var report = await ReportAsync(new ReportOptions { Names = Names() });

        report.Sources.ShouldBe(["listens"]);
        var totals = report.Totals;
        (totals.Listens, totals.Rows, totals.Users, totals.Tracks, totals.Artists, totals.Genres).ShouldBe((7, 7, 3, 3, 2, 2));
        (totals.From, totals.To, totals.UntimedRows).ShouldBe((Start, Start.AddDays(2), 0));
        totals.RepeatedListens.ShouldBe(2);
        totals.RepeatShare.ShouldBe(2 / 7.0);
        report.Top.Tracks.ShouldBe(
            [new RankedName("a", "Alpha", "Ann", 4), new RankedName("b", "Beta", "Ann", 2), new RankedName("c", "c", "", 1)]);
        report.Top.Artists.ShouldBe([new RankedName("Ann", "Ann", "", 6)]);
        report.Top.Genres.ShouldBe([new RankedName("folk", "folk", "", 6), new RankedName("jazz", "jazz", "", 2)]);
        var catalogue = report.Catalogue.ShouldNotBeNull();
        (catalogue.Tracks, catalogue.NeverPlayed, catalogue.Unnamed).ShouldBe((3, 1, 1));
        catalogue.NeverPlayedExamples.ShouldBe([new RankedName("z", "Zeta", "Zed", 0)]);
        catalogue.TracksByGenre.ShouldBe([new RankedName("folk", "folk", "", 2), new RankedName("jazz", "jazz", "", 1)]);
        catalogue.TracksByArtist.ShouldBe([new RankedName("Ann", "Ann", "", 2), new RankedName("Zed", "Zed", "", 1)]);
        catalogue.TracksPerArtist.ShouldNotBeNull().Mean.ShouldBe(1.5);
    }

    [Fact]
    public async Task Distributions_have_quartiles_and_bars_without_gaps()
    {
        await AppendSmallLogAsync();

        var report = await ReportAsync();

        // Users have 4, 2 and 1 listens, and so have tracks.
        var users = report.ListensPerUser;
        (users.Count, users.Min, users.Quartile1, users.Median, users.Quartile3, users.Max).ShouldBe((3, 1, 1.5, 2, 3, 4));
        users.Mean.ShouldBe(7 / 3.0, 1e-12);
        users.Bins.ShouldBe([new HistogramBin(1, 2, 1), new HistogramBin(2, 3, 1), new HistogramBin(3, 4, 0), new HistogramBin(4, 6, 1)]);

        // Gini of 1, 2, 4: 2 (1·1 + 2·2 + 3·4) / (3·7) − 4/3.
        report.Tracks.Gini.ShouldBe((34 / 21.0) - (4 / 3.0), 1e-12);
        report.Tracks.TopPercentShare.ShouldBe(4 / 7.0, 1e-12);
        report.Tracks.HalfCount.ShouldBe(1);
        report.Tracks.Curve[0].ShouldBe(new LorenzPoint(0, 0));
        report.Tracks.Curve[^1].ShouldBe(new LorenzPoint(1, 1));
        report.Tracks.Curve.ShouldContain(point => Math.Abs(point.Share - (2 / 3.0)) < 1e-9 && Math.Abs(point.Listens - (3 / 7.0)) < 1e-9);
    }

    [Fact]
    public async Task Days_hours_and_sessions_follow_the_clock_in_utc()
    {
        await AppendSmallLogAsync();

        var time = (await ReportAsync()).Time.ShouldNotBeNull();

        var monday = DateOnly.FromDateTime(Start.UtcDateTime);
        time.Days.ShouldBe([new DayFigures(monday, 5, 2, 2), new DayFigures(monday.AddDays(1), 1, 0, 0), new DayFigures(monday.AddDays(2), 1, 1, 1)]);
        time.Hours.Count.ShouldBe(168);
        time.Hours.Where(hour => hour.Listens > 0).ShouldBe([new HourFigures(1, 20, 4), new HourFigures(1, 21, 1), new HourFigures(2, 20, 1), new HourFigures(3, 20, 1)]);

        // u: 20:00, 20:05, 20:35 in one session, and one the next day; v: 20:00 and, after 61 minutes, 21:01; w: one listen.
        time.Sessions.GapMinutes.ShouldBe(30);
        time.Sessions.Count.ShouldBe(5);
        time.Sessions.Listens.Max.ShouldBe(3);
        time.Sessions.Minutes.Max.ShouldBe(35);
        time.Sessions.Minutes.Bins[0].ShouldBe(new HistogramBin(0, 1, 4));
    }

    [Fact]
    public async Task A_wider_gap_joins_sessions()
    {
        await AppendSmallLogAsync();

        var sessions = (await ReportAsync(new ReportOptions { SessionGap = TimeSpan.FromMinutes(61) })).Time!.Sessions;

        sessions.Count.ShouldBe(4);
        sessions.Listens.Bins.Sum(bin => bin.Count).ShouldBe(4);
        sessions.Minutes.Max.ShouldBe(61);
    }

    [Fact]
    public async Task Listens_that_came_twice_count_once()
    {
        await AppendSmallLogAsync();
        await AppendSmallLogAsync();

        var report = await ReportAsync();

        (report.Totals.Listens, report.Time!.Days.Sum(day => day.Listens), report.Time.Sessions.Count).ShouldBe((7, 7, 5));
    }

    [Fact]
    public async Task A_log_without_times_counts_what_its_rows_stand_for_and_says_nothing_about_time()
    {
        await ImportAsync("plays", "user,item,weight\nu,a,10\nu,b,1\nv,a,5\n");

        var report = await ReportAsync();

        (report.Totals.Listens, report.Totals.Rows, report.Totals.UntimedRows, report.Totals.RepeatedListens).ShouldBe((16, 3, 3, 13));
        report.Time.ShouldBeNull();
        report.Catalogue.ShouldBeNull();
        report.PlayedShares.ShouldBeNull();
        report.ListensPerUser.Max.ShouldBe(11);
    }

    [Fact]
    public async Task Ratings_with_times_are_one_listen_each()
    {
        await ImportAsync("ratings", "user,item,rating,time\nu,a,5,1700000000\nu,b,3,1700000100\n");

        (await ReportAsync()).Totals.Listens.ShouldBe(2);
    }

    [Fact]
    public async Task Named_imports_are_read_and_nothing_else()
    {
        await AppendSmallLogAsync();
        await ImportAsync("one", "user,item,weight\nu,a,1\n");
        await ImportAsync("two", "user,item,weight\nx,y,1\n");

        var report = await ReportAsync(new ReportOptions { Imports = ["two"] });

        report.Sources.ShouldBe(["two"]);
        report.Top.Tracks.ShouldBe([new RankedName("y", "y", "", 1)]);
        (await ReportAsync()).Sources.ShouldBe(["listens", "one", "two"]);
        var failure = await Should.ThrowAsync<LakeInputException>(() => ReportAsync(new ReportOptions { Imports = ["three"] }));
        failure.Message.ShouldContain("one, two");
    }

    [Fact]
    public async Task An_empty_lake_has_no_report() => (await new LakeReporter(_queries).CreateAsync(new ReportOptions())).ShouldBeNull();

    [Fact]
    public async Task A_damaged_file_is_named()
    {
        await AppendSmallLogAsync();
        var segment = Directory.EnumerateFiles(_lake.RootFolder, "*.parquet", SearchOption.AllDirectories).First();
        await File.WriteAllTextAsync(segment, "not Parquet");

        (await Should.ThrowAsync<LakeCorruptException>(() => ReportAsync())).File.ShouldBe(segment);
    }

    [Fact]
    public async Task Played_shares_lie_in_bars_of_a_twentieth()
    {
        await _lake.AppendAsync([.. new float?[] { 0, 0.04f, 0.05f, 0.5f, 0.97f, 1, null }.Select((share, i) => new LakeListen("u", "t", Start.AddHours(i), share))]);

        var shares = (await ReportAsync()).PlayedShares.ShouldNotBeNull();

        shares.Count.ShouldBe(6);
        shares.Mean.ShouldBe(2.56 / 6, 1e-6);
        shares.Bins.Count.ShouldBe(20);
        shares.Bins.Select((bin, at) => (at, bin.Count)).Where(bin => bin.Count > 0).ShouldBe([(0, 2), (1, 1), (10, 1), (19, 2)]);
    }

    [Fact]
    public async Task A_service_log_gives_latencies_and_the_time_per_session_of_each_arm()
    {
        await ImportAsync("service", "user,item,weight,time\nu,a,1,1700000000\n");
        using (var connection = _queries.Engine.Connect())
        {
            // u: two sessions with 1.5 and 0.5 in arm C; v: one with 2 in T1; w: has no end yet and counts as one, with 1 in T1.
            connection.Execute(
                $$"""
                COPY (
                    SELECT user_id, 't' AS track_id, to_timestamp(1700000000 + n) AS listened_at, message, share::FLOAT AS played_share,
                        latency AS latency_seconds, NULL::VARCHAR AS recommendation, [{'experiment': 'X', 'arm': arm}] AS experiments
                    FROM (VALUES (1, 'u', 'C', 'next', 1, 0.001), (2, 'u', 'C', 'last', 0.5, 0.003), (3, 'u', 'C', 'last', 0.5, 0.002),
                        (4, 'v', 'T1', 'next', 1, 0.004), (5, 'v', 'T1', 'last', 1, NULL), (6, 'w', 'T1', 'next', 1, 0.005)) AS rows(n, user_id, arm, message, share, latency)
                ) TO {{SqlText.Literal(Path.Combine(Imports.ImportCase.FolderOf(_lake, "service"), "service.parquet"))}} (FORMAT parquet)
                """,
                TestContext.Current.CancellationToken);
        }

        var service = (await ReportAsync()).Services.ShouldHaveSingleItem();

        (service.Import, service.Events).ShouldBe(("service", 6));
        var latencies = service.Latencies.ShouldNotBeNull();
        (latencies.Count, latencies.Median, latencies.Max).ShouldBe((5, 3, 5));
        service.Arms.ShouldBe([new ArmFigures("X", "C", 1, 2, 1, 0), new ArmFigures("X", "T1", 2, 2, 1.5, 0.5)]);
    }

    private async Task<LakeReport> ReportAsync(ReportOptions? options = null) =>
        (await new LakeReporter(_queries).CreateAsync(options ?? new ReportOptions())).ShouldNotBeNull();

    private Task AppendSmallLogAsync() => _lake.AppendAsync(
    [
        new LakeListen("u", "a", Start),
        new LakeListen("u", "b", Start.AddMinutes(5)),
        new LakeListen("u", "a", Start.AddMinutes(35)),
        new LakeListen("u", "a", Start.AddDays(1)),
        new LakeListen("v", "a", Start),
        new LakeListen("v", "b", Start.AddMinutes(61)),
        new LakeListen("w", "c", Start.AddDays(2)),
    ]);

    private static async IAsyncEnumerable<LakeTrack> Names()
    {
        yield return new LakeTrack("a", "Alpha", "Ann", "", ["folk"]);
        yield return new LakeTrack("b", "Beta", "Ann", "", ["folk", "jazz"]);
        yield return new LakeTrack("z", "Zeta", "Zed", "", []);
        await Task.CompletedTask;
    }

    private async Task ImportAsync(string name, string content)
    {
        var file = _folder.File($"{name}.csv");
        await File.WriteAllTextAsync(file, content);
        await new LogImporter(_queries).ImportAsync("triples", [file], name);
    }
}
