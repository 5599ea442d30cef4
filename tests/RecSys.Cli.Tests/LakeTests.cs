using RecSys.TestKit;

namespace RecSys.Cli.Tests;

public sealed class LakeTests : IDisposable
{
    private readonly TempFolder _folder = new("cli-lake");

    private string Data => _folder.File("data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_lake_is_looked_at_and_compacted()
    {
        var rows = SmallLog.Write(_folder.File("log.csv"));
        (await CliCall.RunAsync("import", "triples", _folder.File("log.csv"), "--data", Data)).ExitCode.ShouldBe(0);

        var status = (await CliCall.RunAsync("lake", "status", "--data", Data, "--json")).Json;
        status.GetProperty("segments").GetInt32().ShouldBe(0);
        var import = status.GetProperty("imports")[0];
        import.GetProperty("listens").GetInt64().ShouldBe(rows);
        import.GetProperty("users").GetInt64().ShouldBe(SmallLog.UserCount);

        (await CliCall.RunAsync("lake", "compact", "--data", Data)).Output.ShouldContain("Nothing to merge.");
        (await CliCall.RunAsync("lake", "status", "--data", Data)).Output.ShouldContain("0 segments");
    }

    [Fact]
    public async Task Commands_read_the_settings_file_as_the_running_system_does()
    {
        SmallLog.Write(_folder.File("log.csv"));
        var lake = _folder.File("lake-of-the-file");
        await File.WriteAllTextAsync(_folder.File("recsys.json"), $$"""{"Lake:Root": "{{lake}}"}""");
        var environment = new Dictionary<string, string?> { ["RECSYS__SETTINGSFILE"] = _folder.File("recsys.json") };

        var (imported, importOutput) = await Tool.RunAsync(["import", "triples", _folder.File("log.csv"), "--data", Data], environment);
        imported.ShouldBe(0, importOutput);
        Directory.Exists(Path.Combine(lake, "imports")).ShouldBeTrue();
        var (shown, output) = await Tool.RunAsync(["lake", "status", "--data", Data], environment);
        shown.ShouldBe(0, output);
        output.ShouldContain(lake);
        output.ShouldContain("triples");
    }

    [Fact]
    public async Task A_file_of_another_program_is_taken_in_and_asked_for()
    {
        SmallLog.Write(_folder.File("log.csv"));
        (await CliCall.RunAsync("import", "triples", _folder.File("log.csv"), "--data", Data)).ExitCode.ShouldBe(0);
        (await CliCall.RunAsync("models", "export", "--data", Data, "--tables", "events", "--output", _folder.File("out"))).ExitCode.ShouldBe(0);

        var refused = await CliCall.RunAsync("lake", "add", _folder.File("log.csv"), "--data", _folder.File("other"));
        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain("log.csv: can't be taken as a segment");

        var rows = Directory.GetFiles(_folder.File("out"), "events.parquet", SearchOption.AllDirectories).ShouldHaveSingleItem();
        var call = await CliCall.RunAsync("lake", "add", rows, "--data", _folder.File("other"), "--json");
        call.ExitCode.ShouldBe(0, call.Error);
        call.Json.GetProperty("added").GetInt64().ShouldBe(SmallLog.UserCount * 20);
        call.Json.GetProperty("leftOut").GetInt64().ShouldBe(0);
        var listens = await CliCall.RunAsync("lake", "query", "SELECT count(*) AS n FROM listens", "--data", _folder.File("other"), "--json");
        listens.Json[0].GetProperty("n").GetInt64().ShouldBe(SmallLog.UserCount * 20);
    }

    [Fact]
    public async Task A_lake_is_asked_in_sql()
    {
        SmallLog.Write(_folder.File("log.csv"));
        (await CliCall.RunAsync("import", "triples", _folder.File("log.csv"), "--data", Data)).ExitCode.ShouldBe(0);

        var counted = (await CliCall.RunAsync(
            "lake", "query", "SELECT user_id, count(*) AS tracks FROM listens GROUP BY ALL ORDER BY user_id LIMIT 3;", "--data", Data, "--json")).Json;
        counted.GetArrayLength().ShouldBe(3);
        counted[0].GetProperty("user_id").GetString().ShouldBe("user-0");
        counted[0].GetProperty("tracks").GetInt64().ShouldBeGreaterThan(0);

        var cut = await CliCall.RunAsync("lake", "query", "SELECT track_id FROM listens -- all", "-n", "2", "--data", Data);
        cut.Output.ShouldContain("The first 2 rows");
        (await CliCall.RunAsync("lake", "query", "FROM tracks WHERE false", "--data", Data)).Output.ShouldContain("artists");
    }

    [Fact]
    public async Task Listens_that_were_sent_are_asked_in_sql_with_their_ids_as_they_are()
    {
        await File.WriteAllTextAsync(_folder.File("one.jsonl"), """{"user":"ann","track":"007","listenedAt":"2026-03-01T20:00:00Z","playedShare":0.1}""" + "\n");
        (await Tool.RunAsync("listens", "submit", _folder.File("one.jsonl"), "--data", Data)).ExitCode.ShouldBe(0);

        var found = await CliCall.RunAsync("lake", "query", "SELECT *, 1e30::FLOAT AS large FROM listens", "--data", Data, "--json");

        found.ExitCode.ShouldBe(0, found.Error);
        found.Json[0].GetProperty("track_id").GetString().ShouldBe("007");
        found.Json[0].GetProperty("listened_at").GetString().ShouldBe("2026-03-01T20:00:00Z");
        found.Json[0].GetProperty("played_share").GetRawText().ShouldBe("0.1");
        found.Json[0].GetProperty("large").GetSingle().ShouldBe(1e30f);
    }

    [Theory]
    [InlineData("SELECT nothing FROM listens", "nothing")]
    [InlineData("DROP VIEW listens", "syntax error")]
    [InlineData("SELECT 1) TO '/tmp/recsys-query.csv' --", "syntax error")]
    [InlineData("SELECT * FROM read_text('/etc/hostname')", "/etc/hostname")]
    public async Task A_query_that_is_wrong_or_wants_more_than_to_read_the_lake_is_refused(string sql, string named)
    {
        SmallLog.Write(_folder.File("log.csv"));
        (await CliCall.RunAsync("import", "triples", _folder.File("log.csv"), "--data", Data)).ExitCode.ShouldBe(0);
        var refused = await CliCall.RunAsync("lake", "query", sql, "--data", Data);
        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain(named);
    }

    [Fact]
    public async Task A_folder_without_a_lake_and_a_number_out_of_range_are_refused_in_one_line()
    {
        var missing = await CliCall.RunAsync("lake", "status", "--data", Data);
        missing.ExitCode.ShouldBe(2);
        missing.Error.ShouldContain("Name its data folder with --data");
        Directory.Exists(Data).ShouldBeFalse();

        var low = await CliCall.RunAsync("lake", "compact", "--min-segments", "1", "--data", Data);
        low.ExitCode.ShouldBe(2);
        low.Error.ShouldContain("from 2 to");
    }
}
