using System.Globalization;
using RecSys.Analytics.Imports;

namespace RecSys.Analytics.Tests.Imports;

public sealed class CleaningTests : IDisposable
{
    private readonly ImportCase _case = new();

    public void Dispose() => _case.Dispose();

    [Fact]
    public async Task A_day_with_more_listens_than_it_can_hold_is_dropped_and_the_others_stay()
    {
        Events(Enumerable.Range(0, 2_881).Select(i => ("bot", i, "2025-01-01"))
            .Concat(Enumerable.Range(0, 2_880).Select(i => ("busy", i, "2025-01-01")))
            .Append(("bot", 1, "2025-01-02")));

        var report = await _case.ImportAsync("events-parquet", _case.Path("events.parquet"));

        ImportCase.Dropped(report.Rules).ShouldBe([("bot", 2_881)]);
        (report.Kept, report.Users, report.BotUsers).ShouldBe((2_881, 2, 1));
        report.Rules.Single(rule => rule.Rule == ImportRules.Bot).Examples.ShouldAllBe(example => example.StartsWith("user bot, track ", StringComparison.Ordinal));
        (await _case.ImportAsync("events-parquet", new ImportOptions { MaxListensPerDay = 0 }, _case.Path("events.parquet"))).Kept.ShouldBe(5_762);
        (await _case.ImportAsync("events-parquet", new ImportOptions { MaxListensPerDay = 100 }, _case.Path("events.parquet"))).Kept.ShouldBe(1);
    }

    [Fact]
    public async Task Cold_users_are_set_aside_after_all_other_rules_and_stay_countable()
    {
        Events([("warm", 1, "2025-01-01"), ("warm", 2, "2025-01-01"), ("warm", 3, "2025-01-01"), ("cold", 1, "2025-01-01"), ("cold", 2, "2025-01-01"), ("cold", 2, "2025-01-01")]);

        var report = await _case.ImportAsync("events-parquet", new ImportOptions { ColdListens = 2 }, _case.Path("events.parquet"));

        ImportCase.Dropped(report.Rules).ShouldBe([("duplicate", 1), ("cold", 2)]);
        (report.Rows, report.Kept, report.Users, report.ColdUsers).ShouldBe((6, 3, 1, 1));
        _case.Read("events-parquet", "cold.parquet", "user_id, track_id, play_count, weight").ShouldBe([["cold", "1", "1", "1.0"], ["cold", "2", "1", "1.0"]]);
        (await _case.Queries.CountListensAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task Listens_outside_a_period_are_dropped_and_its_ends_belong_to_it()
    {
        Events([("u", 1, "2025-01-01"), ("u", 2, "2025-01-02"), ("u", 3, "2025-01-03"), ("u", 4, "2025-01-04")]);

        var report = await _case.ImportAsync(
            "events-parquet",
            new ImportOptions { Since = new DateTimeOffset(2025, 1, 2, 0, 0, 0, 2, TimeSpan.Zero), Until = new DateTimeOffset(2025, 1, 3, 0, 0, 0, 3, TimeSpan.Zero) },
            _case.Path("events.parquet"));

        ImportCase.Dropped(report.Rules).ShouldBe([("outside-period", 2)]);
        report.Kept.ShouldBe(2);
    }

    [Fact]
    public async Task A_dry_run_reports_the_same_and_leaves_the_lake_as_it_was()
    {
        Events([("u", 1, "2025-01-01"), ("u", 1, "2025-01-01")]);

        var dry = await _case.ImportAsync("events-parquet", new ImportOptions { DryRun = true }, _case.Path("events.parquet"));

        dry.Stored.ShouldBeFalse();
        (await _case.Lake.ListImportsAsync()).ShouldBeEmpty();
        var real = await _case.ImportAsync("events-parquet", _case.Path("events.parquet"));
        real.Stored.ShouldBeTrue();
        ImportCase.Dropped(dry.Rules).ShouldBe(ImportCase.Dropped(real.Rules));
        (dry with { Stored = true, Rules = real.Rules }).ShouldBe(real);
    }

    [Fact]
    public async Task A_strict_import_takes_all_rows_or_nothing()
    {
        var file = _case.Write("a.tsv", "u1\ti1\t3\nu2\ti2\tx\n");
        var strict = new ImportOptions { Strict = true };

        (await _case.ImportAsync("triples", strict, file)).ShouldSatisfyAllConditions(report => report.Stored.ShouldBeFalse(), report => report.Dropped.ShouldBe(1));
        (await _case.Lake.ListImportsAsync()).ShouldBeEmpty();

        _case.Write("a.tsv", "u1\ti1\t3\nu2\ti2\t4\n");
        (await _case.ImportAsync("triples", strict, file)).Stored.ShouldBeTrue();
        (await _case.Lake.ListImportsAsync()).ShouldBe(["triples"]);
    }

    [Fact]
    public async Task A_log_of_many_buckets_is_cleaned_like_one_of_few()
    {
        // More rows than a bucket takes, by what the file says of itself; each user has two tracks in two rows.
        _case.WriteParquet(
            "events.parquet",
            "SELECT (i % 900)::INTEGER AS user_id, (i // 900 % 998)::INTEGER AS track_id, 1::DOUBLE AS plays FROM range(900000) AS rows(i)",
            ", COMPRESSION zstd");

        var report = await _case.ImportAsync("events-parquet", new ImportOptions { ColdListens = 997, RowsPerBucket = 200_000 }, _case.Path("events.parquet"));

        (report.Rows, report.Kept, report.Users, report.Tracks).ShouldBe((900_000, 898_200, 900, 998));
        ImportCase.Dropped(report.Rules).ShouldBe([("added-up", 1_800)]);
    }

    [Fact]
    public async Task The_newest_listens_of_each_user_are_read_for_stores_that_keep_few()
    {
        Events(Enumerable.Range(0, 500).Select(i => ($"u{i % 5}", i, "2025-01-01")).Append(("single", 1, "2025-01-02")));
        await _case.ImportAsync("events-parquet", _case.Path("events.parquet"));

        var newest = await (await _case.Queries.FindImportAsync("events-parquet"))!.ReadNewestListensAsync(3).ToListAsync();

        newest.GroupBy(listen => listen.UserId).ToDictionary(user => user.Key, user => user.Count())
            .ShouldBe(new Dictionary<string, int> { ["u0"] = 3, ["u1"] = 3, ["u2"] = 3, ["u3"] = 3, ["u4"] = 3, ["single"] = 1 }, ignoreOrder: true);
        newest.Where(listen => listen.UserId == "u4").Select(listen => listen.TrackId).ShouldBe(["489", "494", "499"]);
    }

    [Fact]
    public async Task Progress_goes_from_nothing_to_nearly_all()
    {
        Events([("u", 1, "2025-01-01")]);
        var shares = new List<double>();

        await _case.ImportAsync("events-parquet", new ImportOptions { Progress = (share, _) => shares.Add(share) }, _case.Path("events.parquet"));

        shares.ShouldBeInOrder();
        shares[0].ShouldBe(0);
        shares[^1].ShouldBeInRange(0.9, 1);
    }

    // On each date, the listen of track n is n milliseconds after midnight.
    private void Events(IEnumerable<(string User, int Track, string Date)> listens) =>
        _case.WriteParquet(
            "events.parquet",
            "SELECT split_part(line, ' ', 1) AS user_id, split_part(line, ' ', 2) AS track_id, split_part(line, ' ', 3)::TIMESTAMP + to_milliseconds(split_part(line, ' ', 2)::INTEGER) AS timestamp FROM (SELECT unnest(["
            + string.Join(',', listens.Select(listen => string.Create(CultureInfo.InvariantCulture, $"'{listen.User} {listen.Track} {listen.Date}'")))
            + "]) AS line)");
}
