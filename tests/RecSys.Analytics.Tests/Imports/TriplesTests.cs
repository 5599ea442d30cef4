using System.IO.Compression;
using System.Text;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Contracts;
using RecSys.Lake;
using RecSys.TestKit;

namespace RecSys.Analytics.Tests.Imports;

public sealed class TriplesTests : IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly TempFolder _folder = new();
    private readonly ListenLake _lake;
    private readonly LakeQueries _queries;

    public TriplesTests(ITestOutputHelper output)
    {
        _output = output;
        _lake = new ListenLake(_folder.File("lake"));
        _queries = new LakeQueries(_lake);
    }

    public void Dispose()
    {
        _queries.Dispose();
        _lake.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("a.tsv", "u1\ti1\t3\nu2\ti2\t4\n")]
    [InlineData("a.tsv", "u1\ti1\t3\nu2\ti2\t4")]
    [InlineData("a.tsv", "u1\ti1\t3\r\nu2\ti2\t4\r\n")]
    [InlineData("a.txt", "u1\ti1\t3\nu2\ti2\t4\n")]
    [InlineData("a.csv", "u1,i1,3\nu2,i2,4\n")]
    [InlineData("a.csv", "u1;i1;3\nu2;i2;4\n")]
    [InlineData("a.csv", "user,item,weight\nu1,i1,3\nu2,i2,4\n")]
    [InlineData("a.csv", "\uFEFFuserId,movieId,rating\nu1,i1,3\nu2,i2,4\n")]
    [InlineData("a.csv", "\"user_id\",\"play_count\",\"other\",\"track_id\"\n\"u1\",3,x,\"i1\"\nu2,4,y,i2\n")]
    [InlineData("a.tsv", "Track ID\tUser-ID\tPlays\ni1\tu1\t3.0\ni2\tu2\t4e0\n")]
    [InlineData("a.csv.gz", "user,item,weight\nu1,i1,3\nu2,i2,4\n")]
    [InlineData("A.TSV.GZ", "u1\ti1\t3\nu2\ti2\t4\n")]
    public async Task Text_is_read_with_and_without_header_and_compression(string name, string text)
    {
        Write(name, text);

        var report = await ImportAsync(name);

        report.ShouldSatisfyAllConditions(
            () => report.Rows.ShouldBe(2),
            () => report.Kept.ShouldBe(2),
            () => report.Users.ShouldBe(2),
            () => report.Tracks.ShouldBe(2),
            () => report.Plays.ShouldBe(7),
            () => report.Timed.ShouldBeFalse());
        (await (await _queries.FindImportAsync("triples"))!.ReadListensAsync().ToListAsync()).ShouldBe(
            [new LakeListen("u1", "i1", LakeListen.UnknownTime, null, 3), new LakeListen("u2", "i2", LakeListen.UnknownTime, null, 4)]);
    }

    [Theory]
    [InlineData("1396138800", "2014-03-30T00:20:00Z")]
    [InlineData("1396138800.25", "2014-03-30T00:20:00.25Z")]
    [InlineData("1396138800123", "2014-03-30T00:20:00.123Z")]
    [InlineData("1396138800123456", "2014-03-30T00:20:00.123456Z")]
    [InlineData("1396138800123456789", "2014-03-30T00:20:00.123457Z")]
    [InlineData("2014-03-30T02:20:00+02:00", "2014-03-30T00:20:00Z")]
    [InlineData("2014-03-30 00:20:00", "2014-03-30T00:20:00Z")]
    [InlineData("2014-03-30", "2014-03-30T00:00:00Z")]
    [InlineData("", "1970-01-01T00:00:00Z")]
    public async Task Times_are_read_from_numbers_of_any_unit_and_from_ISO_8601(string text, string time)
    {
        Write("a.tsv", $"u\ti\t1\t{text}\n");

        (await ImportAsync("a.tsv")).Timed.ShouldBeTrue();

        var listen = (await (await _queries.FindImportAsync("triples"))!.ReadListensAsync().ToListAsync()).ShouldHaveSingleItem();
        listen.ListenedAt.ShouldBe(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Every_rule_counts_the_rows_that_it_drops()
    {
        var now = new DateTimeOffset(2025, 6, 1, 0, 0, 0, TimeSpan.Zero);
        Write(
            "a.tsv",
            string.Join(
                '\n',
                "user\titem\tplays\ttime",
                "u1\ti1\t2\t2025-05-01",
                "u1\ti1\t5\t2025-05-01", // duplicate, the larger stays
                "u1\ti1\t2\t2025-05-02",
                "u2\ti1\t2", // unparseable: too few columns
                "u2\ti1\t2\t2025-05-01\tmore", // unparseable: too many
                "u2\ti1\tmany\t2025-05-01", // unparseable: weight
                "u2\ti1\t1\tyesterday", // unparseable: time
                "\ti1\t2\t2025-05-01", // empty-id
                "u2\t  \t2\t2025-05-01", // empty-id
                $"{new string('u', 257)}\ti1\t2\t2025-05-01", // invalid-id
                "u\u0007\ti1\t2\t2025-05-01", // invalid-id
                "u2\ti1\t0\t2025-05-01", // weight-out-of-range
                "u2\ti1\t-1\t2025-05-01", // weight-out-of-range
                "u2\ti1\tnan\t2025-05-01", // weight-out-of-range
                "u2\ti1\tinf\t2025-05-01", // weight-out-of-range
                "u2\ti1\t10000001\t2025-05-01", // weight-out-of-range
                "u2\ti1\t1\t1969-12-31", // time-out-of-range
                "u2\ti1\t1\t2025-06-03", // time-out-of-range
                "u2\ti1\t1\t99999999999999999999", // time-out-of-range
                "user\titem\tplays\ttime", // header-row
                "u \"3\" 'x'\ti1\t1.5\t2025-05-01")); // quotes are text here

        var report = await new LogImporter(_queries, new FixedTime(now)).ImportAsync("triples", [_folder.File("a.tsv")]);

        foreach (var rule in report.Rules)
        {
            _output.WriteLine($"{rule.Rule} {rule.Dropped}");
        }

        report.Rows.ShouldBe(21);
        report.Kept.ShouldBe(3);
        report.Rules.Where(rule => rule.Dropped > 0).Select(rule => (rule.Rule, rule.Before, rule.Dropped, rule.After)).ShouldBe(
        [
            ("header-row", 21, 1, 20),
            ("unparseable", 20, 4, 16),
            ("empty-id", 16, 2, 14),
            ("invalid-id", 14, 2, 12),
            ("weight-out-of-range", 12, 5, 7),
            ("time-out-of-range", 7, 3, 4),
            ("duplicate", 4, 1, 3),
        ]);
        report.Rules.Select(rule => rule.Rule).ShouldBe(ImportRules.All);
        report.Rules.ShouldAllBe(rule => rule.Examples.Count == Math.Min(rule.Dropped, ImportRules.ExampleCount));
        report.Rules[1].Examples.ShouldContain("a.tsv, line 5: u2\ti1\t2".Replace('\t', ' '));
        var cells = await _queries.ReadInteractionsAsync(InteractionQuery.All);
        cells.UserIds.ShouldBe(["u \"3\" 'x'", "u1"]);
        cells.Plays.ShouldBe([1.5f, 7f]);
        (await _queries.FindImportAsync("triples"))!.Report.Rules.Select(rule => (rule.Rule, rule.Dropped)).ShouldBe(report.Rules.Select(rule => (rule.Rule, rule.Dropped)));
    }

    [Fact]
    public async Task What_can_not_be_asked_for_is_dropped_and_what_can_is_kept()
    {
        static string Repeated(string character, int count) => string.Concat(Enumerable.Repeat(character, count));
        string[] ids =
        [
            "plain", Repeated("\U0001F3A7", 256), Repeated("\U0001F3A7", 257), Repeated("x", 256), Repeated("x", 257), "a\uFFFDb", "a\u0085b", "\u00A0\u3000",
            "a\u00A0b", "\uFF5E",
        ];
        Write("a.tsv", string.Join('\n', ids.SelectMany(id => (string[])[$"{id}\ttrack\t1", $"user\t{id}\t1"])));

        var report = await ImportAsync("a.tsv");

        var kept = ids.Where(id => IdText.ProblemOfId(id) is null).ToArray();
        kept.Length.ShouldBe(5);
        report.Rules.Where(rule => rule.Dropped > 0).Select(rule => (rule.Rule, rule.Dropped)).ShouldBe([("empty-id", 2L), ("invalid-id", 8L)]);
        var cells = await _queries.ReadInteractionsAsync(InteractionQuery.All);
        cells.UserIds.ShouldBe(kept.Append("user").Order(StringComparer.Ordinal));
        cells.TrackIds.ShouldBe(kept.Append("track").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_header_is_the_first_line_of_a_file_that_several_threads_could_read()
    {
        var file = _folder.File("large.csv");
        Write("large.csv", $"timestamp,user,item,weight\n{string.Concat(Enumerable.Range(0, 600_000).Select(i => $"1735689600,user-{i},item-{i % 100},1\n"))}");
        new FileInfo(file).Length.ShouldBeGreaterThan(16 << 20);
        using var engine = QueryEngine.Open(new LakeEngineOptions { Threads = 4 });
        using var connection = engine.Connect();
        var input = InputFile.Open(file);

        for (var attempt = 0; attempt < 40; attempt++)
        {
            DelimitedText.FirstLine(connection, input, CancellationToken.None).ShouldBe("timestamp,user,item,weight");
        }
    }

    [Fact]
    public async Task Values_of_CSV_may_be_quoted()
    {
        Write("a.csv", "user,item,weight\n\"Smith, Jo\",\"The \"\"Best\"\"\",3\n\"two\nlines\",i,1\n");

        var report = await ImportAsync("a.csv");

        report.Kept.ShouldBe(1);
        report.Rules.Single(rule => rule.Rule == ImportRules.InvalidId).Dropped.ShouldBe(1);
        (await _queries.ReadInteractionsAsync(InteractionQuery.All)).TrackIds.ShouldBe(["The \"Best\""]);
    }

    [Fact]
    public async Task The_first_row_may_be_quoted_when_there_is_no_header()
    {
        Write("a.csv", "\"Smith, Jo\",\"a \"\"b\"\"\",\"3\"\nu2,i2,4\n");

        (await ImportAsync("a.csv")).Kept.ShouldBe(2);
        (await _queries.ReadInteractionsAsync(InteractionQuery.All)).UserIds.ShouldBe(["Smith, Jo", "u2"]);
    }

    [Fact]
    public async Task Several_files_are_one_log()
    {
        Write("a.csv", "user,item,weight\nu1,i1,3\n");
        Write("b.tsv.gz", "u2\ti1\t4\nu1\ti1\t2\n");
        Parquet("c.parquet", "SELECT 'u3' AS user_id, 7 AS item_id, 1.0 AS rating");

        var report = await ImportAsync("a.csv", "b.tsv.gz", "c.parquet");

        report.Rows.ShouldBe(4);
        report.Kept.ShouldBe(3);
        report.Users.ShouldBe(3);
        report.Plays.ShouldBe(3 + 4 + 1);
    }

    [Theory]
    [InlineData("it's [a] *file* {1}.tsv")]
    [InlineData("\u00FCn\u00EFcode %20 \"x\".tsv.gz")]
    public async Task A_file_of_any_name_is_read_and_its_bad_rows_counted(string name)
    {
        Write(name, "u1\ti1\t3\nu2\ti2\nu3\ti3\t4\n");
        Write("other.tsv", "u1\ti1\t3\nu2\ti2\t9\textra\n");

        (await ImportAsync(name)).Rules.Single(rule => rule.Rule == ImportRules.Unparseable).Dropped.ShouldBe(1);
        var both = await ImportAsync(name, "other.tsv");
        both.Rules.Single(rule => rule.Rule == ImportRules.Unparseable).Dropped.ShouldBe(2);
        both.Rows.ShouldBe(5);
    }

    [Theory]
    [InlineData("SELECT 1::BIGINT AS user_id, 2::INTEGER AS track_id, 3.5::FLOAT AS weight, TIMESTAMP '2025-05-01 10:00:00' AS listened_at")]
    [InlineData("SELECT '1' AS \"userId\", '2' AS \"itemId\", '3.5' AS count, 1746093600 AS timestamp, ['x'] AS genres")]
    [InlineData("SELECT '1' AS \"user\", '2' AS item, 3.5 AS weight, '2025-05-01T12:00:00+02:00'::TIMESTAMPTZ AS time")]
    public async Task Parquet_is_read_by_the_names_of_its_columns(string sql)
    {
        Parquet("a.parquet", sql);

        var report = await ImportAsync("a.parquet");

        report.Kept.ShouldBe(1);
        var listen = (await (await _queries.FindImportAsync("triples"))!.ReadListensAsync().ToListAsync()).ShouldHaveSingleItem();
        listen.ShouldBe(new LakeListen("1", "2", new DateTimeOffset(2025, 5, 1, 10, 0, 0, TimeSpan.Zero), null, 4));
        (await _queries.ReadInteractionsAsync(InteractionQuery.All)).Plays.ShouldBe([3.5f]);
    }

    [Fact]
    public async Task Zstd_is_read_as_it_is()
    {
        // A frame as the zstd program writes it, of "u1\ti1\t3\nu2\ti2\t4\n".
        await File.WriteAllBytesAsync(_folder.File("a.tsv.zst"), ZstdFrame("u1\ti1\t3\nu2\ti2\t4\n"));
        (await ImportAsync("a.tsv.zst")).Kept.ShouldBe(2);
    }

    [Fact]
    public async Task The_published_ratings_come_in_with_their_times()
    {
        if (RealData.Find("ml-latest-small", _output) is not { } data)
        {
            return;
        }

        var report = await new LogImporter(_queries).ImportAsync("triples", [Path.Combine(data, "ratings.csv.gz")], "movielens");

        report.Rows.ShouldBe(100_004);
        report.Kept.ShouldBe(100_004);
        report.Users.ShouldBe(671);
        report.Tracks.ShouldBe(9_066);
        report.Timed.ShouldBeTrue();
        var times = await _queries.ReadListensAsync(InteractionQuery.All).Select(listen => listen.ListenedAt.Year).Distinct().ToListAsync();
        times.Min().ShouldBe(1995);
        times.Max().ShouldBe(2016);
    }

    private Task<ImportReport> ImportAsync(params string[] names) =>
        new LogImporter(_queries).ImportAsync("triples", [.. names.Select(_folder.File)]);

    private void Write(string name, string text)
    {
        using Stream file = File.Create(_folder.File(name));
        using var stream = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionLevel.Fastest) : file;
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    private void Parquet(string name, string sql)
    {
        using var database = QueryEngine.Open(new LakeEngineOptions { Threads = 1, MemoryLimitBytes = 64 << 20, TempFolder = _folder.File("spill") });
        using var connection = database.Connect();
        connection.Execute($"COPY ({sql}) TO {SqlText.Literal(_folder.File(name))} (FORMAT parquet)", CancellationToken.None);
    }

    // RFC 8878: magic, a descriptor for a single segment with a size of one byte, the size, one raw block that is the last.
    private static byte[] ZstdFrame(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        var block = (content.Length << 3) | 1;
        return [0x28, 0xB5, 0x2F, 0xFD, 0x20, (byte)content.Length, (byte)block, (byte)(block >> 8), (byte)(block >> 16), .. content];
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
