using System.Globalization;
using System.Text.Json;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Cli.Tests.Imports;

/// <summary>What <c>recsys import</c> reports, refuses and leaves as it was.</summary>
public sealed class ImportTests : IDisposable
{
    private readonly TempFolder _folder = new("cli-import");

    private string Data => _folder.File("data");

    private string Lake => Path.Combine(Data, "lake");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_report_has_the_rows_before_and_after_each_rule_and_examples_with_names()
    {
        var log = _folder.File("listens.csv");
        await File.WriteAllLinesAsync(log,
        [
            "user_id,timestamp,artist_id,artist_name,track_id,track_name",
            "user_id,timestamp,artist_id,artist_name,track_id,track_name",
            "ann,2009-05-04T23:08:57Z,a1,Björk,t1,Undo",
            "ann,2009-05-04T23:08:57Z,a1,Björk,t1,Undo",
            "ann,2010-05-04T23:08:57Z,a1,Björk,t2,Later",
            "bob,2009-05-04T23:08:57Z,a1,Björk,,Without Id",
            "bob,2009-05-05T23:08:57Z,a1,Björk,t1,Undo",
        ]);

        var imported = await CliCall.RunAsync("import", "lastfm-csv", log, "--data", Data, "--until", "2009-06-20", "--cold", "1", "--json");

        imported.ExitCode.ShouldBe(0, imported.Error);
        var json = imported.Json;
        json.GetProperty("rows").GetInt64().ShouldBe(6);
        json.GetProperty("kept").GetInt64().ShouldBe(2);
        json.GetProperty("users").GetInt64().ShouldBe(1);
        json.GetProperty("coldUsers").GetInt64().ShouldBe(1);
        json.GetProperty("namedByText").GetInt64().ShouldBe(1);
        var rules = json.GetProperty("rules").EnumerateArray().ToArray();
        rules.Where(Dropped).Select(rule => (Text(rule, "rule"), rule.GetProperty("before").GetInt64(), rule.GetProperty("dropped").GetInt64(), rule.GetProperty("after").GetInt64()))
            .ShouldBe([("header-row", 6, 1, 5), ("outside-period", 5, 1, 4), ("duplicate", 4, 1, 3), ("cold", 3, 1, 2)]);
        rules.Single(rule => Text(rule, "rule") == "outside-period").GetProperty("examples").EnumerateArray().Single().GetString()
            .ShouldBe("user ann, track t2 \"Later\" by Björk, 2010-05-04 23:08:57");

        var shown = await CliCall.RunAsync("import", "lastfm-csv", log, "--data", Data, "--replace");
        shown.ExitCode.ShouldBe(0, shown.Error);
        shown.Output.ShouldContain("Imported lastfm-csv: 4 of 6 rows kept");
        shown.Output.ShouldContain("outside-period");
    }

    [Fact]
    public async Task A_log_that_is_replaced_leaves_the_histories_and_what_it_pushed_out_comes_back()
    {
        var environment = new Dictionary<string, string?> { ["RECSYS__DATABASE__RECENTLISTENSPERUSER"] = "2" };
        await ImportAsync("old", "ann,o1,1,2009-01-01", "ann,o2,1,2009-01-02");
        await ImportAsync("log", "ann,n1,1,2010-01-01", "ann,n2,1,2010-01-02", "ben,n1,1,2010-01-01", "cleo,n1,1,2010-01-01");
        (await HistoryAsync("ann")).ShouldBe(["n2", "n1"]);

        await ImportAsync("log", "ann,n2,1,2010-01-02", "cleo,n1,1,2010-01-01", "cleo,n4,1,2010-01-03");

        (await HistoryAsync("ann")).ShouldBe(["n2", "o2"]);
        (await HistoryAsync("ben")).ShouldBeEmpty();
        (await HistoryAsync("cleo")).ShouldBe(["n4", "n1"]);

        async Task ImportAsync(string name, params string[] lines)
        {
            await File.WriteAllLinesAsync(_folder.File("log.csv"), lines.Prepend("user,track,weight,time"));
            var imported = await CliCall.RunAsync(["import", "triples", _folder.File("log.csv"), "--name", name, "--data", Data, "--replace"], environment);
            imported.ExitCode.ShouldBe(0, imported.Error);
        }

        async Task<IEnumerable<string>> HistoryAsync(string user)
        {
            await using var database = await SampleDatabase.OpenSqliteAsync(Path.Combine(Data, "recsys.db"));
            return (await database.Histories.GetAsync(user, 10, null, CancellationToken.None)).Select(listen => listen.TrackId);
        }
    }

    [Fact]
    public async Task A_dry_run_reports_and_writes_nothing()
    {
        SmallLog.Write(_folder.File("log.csv"));

        var dry = await CliCall.RunAsync("import", "triples", _folder.File("log.csv"), "--data", Data, "--dry-run", "--json");

        dry.ExitCode.ShouldBe(0, dry.Error);
        dry.Json.GetProperty("stored").GetBoolean().ShouldBeFalse();
        dry.Json.GetProperty("kept").GetInt64().ShouldBe(SmallLog.UserCount * 20);
        Directory.Exists(Data).ShouldBeFalse();
    }

    [Fact]
    public async Task A_strict_import_with_a_bad_row_fails_and_leaves_the_lake_as_it_was()
    {
        var log = _folder.File("log.tsv");
        await File.WriteAllTextAsync(log, "u1\ti1\t3\n");
        (await CliCall.RunAsync("import", "triples", log, "--data", Data)).ExitCode.ShouldBe(0);
        var before = Files();
        await File.WriteAllTextAsync(log, "u1\ti1\t3\nu2\ti2\t-1\nu3\ti2\t1\n");

        var strict = await CliCall.RunAsync("import", "triples", log, "--data", Data, "--replace", "--strict", "--json");

        strict.ExitCode.ShouldBe(2);
        strict.Error.Trim().Split('\n').Last().ShouldStartWith("recsys: --strict allows no dropped row, and cleaning dropped 1 row, the first by the rule weight-out-of-range");
        strict.Json.GetProperty("stored").GetBoolean().ShouldBeFalse();
        Files().ShouldBe(before);
    }

    [Theory]
    [InlineData("--cold", "-1")]
    [InlineData("--until", "yesterday")]
    [InlineData("--since", "08/03/2022")]
    [InlineData("--since", "12 Nov")]
    [InlineData("--since", "00:05")]
    [InlineData("--since", "5.4")]
    [InlineData("--since", "2022")]
    [InlineData("--user", "ann")]
    [InlineData("--level", "album")]
    [InlineData("--name", "No Name")]
    public async Task A_bad_option_is_refused_by_name(string option, string value)
    {
        SmallLog.Write(_folder.File("log.csv"));
        var call = await CliCall.RunAsync("import", "triples", _folder.File("log.csv"), "--data", Data, option, value);
        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain(value);
        Directory.Exists(Lake).ShouldBeFalse();
    }

    [Fact]
    public async Task A_second_import_of_a_name_asks_and_then_says_what_it_replaces()
    {
        var log = _folder.File("log.tsv");
        await File.WriteAllTextAsync(log, "u1\ti1\t3\nu2\ti1\t3\n");
        (await CliCall.RunAsync("import", "triples", log, "--data", Data)).ExitCode.ShouldBe(0);
        var before = Files();
        await File.WriteAllTextAsync(log, "u9\ti1\t3\n");

        var second = await CliCall.RunAsync("import", "triples", log, "--data", Data);

        second.ExitCode.ShouldBe(2);
        second.Error.ShouldContain("there is an import triples, 2 rows of 2 users in the format triples already. Give this log another --name, or replace that one with --replace.");
        Files().ShouldBe(before);

        var named = await CliCall.RunAsync("import", "triples", log, "--data", Data, "--name", "other", "--json");
        named.Json.GetProperty("kept").GetInt64().ShouldBe(1);

        var replaced = await CliCall.RunAsync("import", "triples", log, "--data", Data, "--replace", "--json");
        replaced.ExitCode.ShouldBe(0, replaced.Error);
        replaced.Error.ShouldContain("Replaces the import triples, 2 rows of 2 users");
        replaced.Json.GetProperty("users").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_import_leaves_no_new_data_folder_and_an_old_one_as_it_was()
    {
        var log = _folder.File("log.tsv");
        await File.WriteAllTextAsync(log, "u1\ti1\t-1\n");

        (await CliCall.RunAsync("import", "triples", log, "--data", Data)).ExitCode.ShouldBe(2);
        Directory.Exists(Data).ShouldBeFalse();

        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Path.Combine(Data, "mine.txt"), "mine");
        (await CliCall.RunAsync("import", "triples", log, "--data", Data)).ExitCode.ShouldBe(2);
        File.Exists(Path.Combine(Data, "mine.txt")).ShouldBeTrue();
    }

    [Fact]
    public async Task The_export_of_one_person_is_imported_under_the_name_that_is_given()
    {
        var log = _folder.File("scrobbles.csv");
        await File.WriteAllTextAsync(log, "Abba,Hits,Gold,\"05 Apr 2010, 11:59\"\n");

        var nobody = await CliCall.RunAsync("import", "lastfm", log, "--data", Data);
        (nobody.ExitCode, nobody.Error.Contains("--user NAME", StringComparison.Ordinal)).ShouldBe((2, true));

        var ann = await CliCall.RunAsync("import", "lastfm", log, "--data", Data, "--user", "ann", "--json");
        ann.ExitCode.ShouldBe(0, ann.Error);
        ann.Json.GetProperty("users").GetInt64().ShouldBe(1);
        ann.Json.GetProperty("leftOut").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_full_disk_is_one_line_and_the_lake_stays_as_it_was()
    {
        SmallLog.Write(_folder.File("small.csv"));
        (await CliCall.RunAsync("import", "triples", _folder.File("small.csv"), "--data", Data)).ExitCode.ShouldBe(0);
        var before = Files();
        var random = new Random(3);
        await File.WriteAllLinesAsync(
            _folder.File("large.csv"),
            Enumerable.Range(0, 200_000).Select(_ => string.Create(CultureInfo.InvariantCulture, $"{random.NextInt64():x16},{random.NextInt64():x16},1")));

        // A quota on the size of files stands for a full disk: it needs no rights and no device of its own. The runtime's
        // double mapping of code is a file, too.
        await using var process = ChildProcess.Start(
            "bash",
            ["-c", "trap '' XFSZ; ulimit -f 2000; exec dotnet \"$0\" \"$@\"", Path.Combine(AppContext.BaseDirectory, "recsys.dll"), "import", "triples", _folder.File("large.csv"), "--name", "triples", "--replace", "--data", Data],
            new Dictionary<string, string?> { ["DOTNET_EnableWriteXorExecute"] = "0" });
        var exitCode = await process.WaitForExitAsync(TimeSpan.FromMinutes(1));

        exitCode.ShouldBe(1, process.Output);
        var lines = process.Output.Trim().Split('\n');
        lines.Length.ShouldBe(2, process.Output);
        lines[0].ShouldStartWith("Replaces the import triples");
        lines[1].ShouldBe($"recsys: {Lake}: the disk is full, or a quota is used up. Free space and import again; nothing was changed.");
        Files().ShouldBe(before);
    }

    private static bool Dropped(JsonElement rule) => rule.GetProperty("dropped").GetInt64() > 0;

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    // Names, sizes and times of everything in the lake but folders for work in progress, which must be empty.
    private List<(string Name, long Length, DateTime Written)> Files() =>
    [
        .. new DirectoryInfo(Lake).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(file => file.FullName, StringComparer.Ordinal)
            .Select(file => (file.FullName, file.Length, file.LastWriteTimeUtc)),
    ];
}
