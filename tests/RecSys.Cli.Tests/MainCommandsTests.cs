using System.Text.Json;
using RecSys.TestKit;

namespace RecSys.Cli.Tests;

/// <summary>What the README shows, command by command, on a data folder and on a running system.</summary>
public sealed class MainCommandsTests : IDisposable
{
    private readonly TempFolder _folder = new("cli");

    private string Data => _folder.File("data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_log_is_imported_trained_and_recommended_from()
    {
        var rows = SmallLog.Write(_folder.File("log.csv"));

        var imported = await Tool.JsonAsync("import", "triples", _folder.File("log.csv"), "--data", Data);
        imported.GetProperty("rows").GetInt64().ShouldBe(rows);
        imported.GetProperty("kept").GetInt64().ShouldBe(rows);
        imported.GetProperty("users").GetInt64().ShouldBe(SmallLog.UserCount);

        // Few trees of few parts do for so small a log.
        string[] quick = ["ranker.windows=3", "ranker.trees=20", "ranker.enough_users=0"];
        var first = await Tool.JsonAsync(["train", "--data", Data, "--set", "als.factors=8", .. quick]);
        first.GetProperty("active").GetBoolean().ShouldBeTrue();
        first.GetProperty("settings").GetProperty("als.factors").GetString().ShouldBe("8");
        first.GetProperty("users").GetInt64().ShouldBe(SmallLog.UserCount);

        var history = await Tool.JsonAsync("history", "user-4", "--data", Data, "-n", "100");
        var heard = history.GetProperty("items").EnumerateArray().Select(Track).ToHashSet();
        heard.Count.ShouldBe(20);

        var slate = await Tool.JsonAsync("recommend", "user-4", "--data", Data, "-n", "5");
        slate.GetProperty("user").GetString().ShouldBe("user-4");
        slate.GetProperty("modelVersion").GetString().ShouldBe(Version(first));
        slate.GetProperty("degraded").GetBoolean().ShouldBeFalse();
        var items = slate.GetProperty("items").EnumerateArray().ToArray();
        items.Length.ShouldBe(5);
        items.ShouldAllBe(item => Track(item).StartsWith("folk-") && !heard.Contains(Track(item)));
        items.ShouldAllBe(item => item.GetProperty("reason").GetString()!.Length > 0 && item.GetProperty("sources").GetArrayLength() > 0);

        await WhatWasShownAndPlayedIsReportedAsync(slate);

        var similar = await Tool.JsonAsync("similar", Track(items[0]), "--data", Data, "-n", "3");
        similar.GetProperty("items").EnumerateArray().ShouldAllBe(item => Track(item).StartsWith("folk-"));

        var second = await Tool.JsonAsync(["train", "--data", Data, "--no-activate", "--force", "--set", "als.factors=4", .. quick]);
        second.GetProperty("active").GetBoolean().ShouldBeFalse();
        var listed = (await Tool.JsonAsync("models", "list", "--data", Data)).GetProperty("models").EnumerateArray().Select(Version).ToArray();
        listed.ShouldBe([Version(second), Version(first)]);
        var compared = await Tool.JsonAsync("models", "compare", Version(second), "--data", Data);
        compared.GetProperty("base").GetString().ShouldBe(Version(first));
        compared.GetProperty("comparisons").EnumerateArray().Select(comparison => comparison.GetProperty("verdict").GetString())
            .ShouldBeSubsetOf(["better", "worse", "noise", "unknown"]);
        Version(await Tool.JsonAsync("models", "activate", Version(second), "--data", Data)).ShouldBe(Version(second));
        Version(await Tool.JsonAsync("models", "show", "--data", Data)).ShouldBe(Version(second));
        Version(await Tool.JsonAsync("models", "rollback", "--data", Data)).ShouldBe(Version(first));
        var (inUse, why) = await Tool.RunAsync("models", "delete", Version(first), "--data", Data);
        inUse.ShouldBe(2);
        why.ShouldContain("is active");

        var lines = (await Tool.RunAsync("models", "show", "--data", Data)).Output.Split('\n');
        var heading = Array.FindIndex(lines, line => line.Contains("Lists"));
        lines[heading].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["Lists", "precision@5", "recall@5", "coverage@5", "novelty@5"]);
        lines[(heading + 2)..(heading + 5)].Select(line => line.Split('.', '1')[0].Trim())
            .ShouldBe(["popular (popularity)", "personal (als)", "final (ranker)"]);
        lines.Skip(heading).ShouldAllBe(line => line.TrimEnd().Length <= 80);
    }

    private async Task WhatWasShownAndPlayedIsReportedAsync(JsonElement slate)
    {
        var second = Track(slate.GetProperty("items")[1]);
        await File.WriteAllTextAsync(
            _folder.File("played.jsonl"), $$"""{"user":"user-4","track":"{{second}}","listenedAt":{{DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}},"playedShare":0.5}""");
        (await CliCall.RunAsync("listens", "submit", _folder.File("played.jsonl"), "--data", Data)).ExitCode.ShouldBe(0);

        var report = (await CliCall.RunAsync("exposures", "report", "--data", Data, "--since", "2026-03-01", "--json")).Json;
        var total = report.GetProperty("total");
        (total.GetProperty("exposures").GetInt64(), total.GetProperty("shown").GetInt64(), total.GetProperty("played").GetInt64()).ShouldBe((1, 5, 1));
        total.GetProperty("low").GetDouble().ShouldBe(0.0362, 5e-5);
        Version(report.GetProperty("versions")[0]).ShouldBe(Version(slate));
        report.GetProperty("ranks")[1].GetProperty("played").GetInt64().ShouldBe(1);
        report.GetProperty("cells").GetArrayLength().ShouldBe(5);
        (await CliCall.RunAsync("exposures", "report", "--data", Data)).Output.ShouldContain("1 exposure of 5 tracks: 1 played within");
        (await CliCall.RunAsync("exposures", "report", "--data", Data, "--until", "2026-03-01")).Output.ShouldContain("No exposures.");

        var exported = (await CliCall.RunAsync("exposures", "export", _folder.File("rows.parquet"), "--data", Data, "--json")).Json;
        exported.GetProperty("rows").GetInt64().ShouldBe(5);
        File.Exists(_folder.File("rows.parquet")).ShouldBeTrue();

        var shown = (await CliCall.RunAsync("lake", "query", "SELECT DISTINCT exposure_id FROM exposures", "--data", Data, "--json")).Json;
        shown[0].GetProperty("exposure_id").GetString().ShouldBe(slate.GetProperty("exposure").GetString());
        (await CliCall.RunAsync("lake", "status", "--data", Data)).Output.ShouldContain("Exposures: 1 segment of 1 date, 5 rows");
        var nowhere = await CliCall.RunAsync("exposures", "export", _folder.File("none/rows.parquet"), "--data", Data);
        nowhere.ExitCode.ShouldBe(2);
        nowhere.Error.ShouldContain("lies in a folder that is not there; create it first");
        var backwards = await CliCall.RunAsync("exposures", "report", "--data", Data, "--since", "2026-03-02", "--until", "2026-03-01");
        backwards.ExitCode.ShouldBe(2);
        backwards.Error.ShouldContain("--until must be after --since");
    }

    [Fact]
    public async Task Listens_are_submitted_to_a_running_system_that_other_commands_find_by_its_folder()
    {
        await using var up = await Tool.StartAsync("up", "--data", Data, "--grpc-port", $"{FreePort.Next()}", "--http-port", $"{FreePort.Next()}");
        await up.WaitForLineAsync("RecSys is up", TimeSpan.FromMinutes(1));
        var file = _folder.File("listens.jsonl");
        await File.WriteAllLinesAsync(file,
        [
            """{"user":"ann","track":"t-1","listenedAt":"2026-03-01T20:00:00Z","playedShare":0.9}""",
            """{"user":"ann","track":"t-1","listenedAt":"2026-03-01T20:00:00Z"}""",
            """{"user":"","track":"t-2","listenedAt":"2999-01-01T00:00:00Z"}""",
        ]);

        var submitted = Path.Combine(_folder.Path, "submitted.json");
        var (exitCode, output) = await Tool.RunAsync("listens", "submit", file, "--data", Data, "--json", submitted);
        exitCode.ShouldBe(2, output);
        var answer = JsonDocument.Parse(await File.ReadAllTextAsync(submitted)).RootElement;
        answer.GetProperty("accepted").GetInt64().ShouldBe(1);
        answer.GetProperty("duplicate").GetInt64().ShouldBe(1);
        answer.GetProperty("rejected").EnumerateArray().Select(r => (r.GetProperty("index").GetInt64(), r.GetProperty("field").GetString()))
            .ShouldBe([(2, "user_id"), (2, "listen_time")], ignoreOrder: true);

        var history = await Tool.JsonAsync("history", "ann", "--data", Data);
        Track(history.GetProperty("items").EnumerateArray().Single()).ShouldBe("t-1");
        up.HasExited.ShouldBeFalse();
    }

    [Theory]
    [InlineData("recommend", "--server", "nowhere")]
    [InlineData("recommend")]
    [InlineData("recommend", "ann", "--data", "no-such-folder")]
    [InlineData("import", "no-such-format", "file.csv")]
    [InlineData("import", "triples", "no-such-file.csv")]
    [InlineData("listens", "submit", "no-such-file.jsonl")]
    [InlineData("demo", "--data", "hetrec")]
    [InlineData("no-such-command")]
    public async Task A_bad_call_is_one_line_that_says_what_to_do_and_exit_code_2(params string[] arguments)
    {
        using var data = new TempFolder("cli-bad");
        var (exitCode, output) = await Tool.RunAsync(arguments is ["import", ..] ? [.. arguments, "--data", data.Path] : arguments);
        exitCode.ShouldBe(2, output);
        output.Trim().Split('\n').Count(line => line.StartsWith("recsys: ", StringComparison.Ordinal)).ShouldBe(1, output);
    }

    [Fact]
    public async Task The_exit_code_of_a_bad_call_is_that_of_the_process()
    {
        var (exitCode, output) = await Tool.RunProcessAsync(["no-such-command"], new Dictionary<string, string?>());
        exitCode.ShouldBe(2, output);
        output.ShouldStartWith("recsys: ");
    }

    [Fact]
    public async Task A_line_that_can_not_be_read_is_named_and_costs_no_other_line()
    {
        var file = _folder.File("broken.jsonl");
        await File.WriteAllLinesAsync(
            file,
            [
                """{"user":"ann","artist":"Tool","title":"Lateralus","listenedAt":"2026-03-01T20:00:00Z","playedSeconds":60,"trackSeconds":600}""",
                "",
                """{"user":"ann","track":""",
                """{"user":"ann","track":"t-\u00e9","listenedAt":"2026-03-01T21:00:00Z"}""",
                """{"user":"ann","track":"caf?","listenedAt":"2026-03-01T22:00:00Z"}""",
                """{"user":"ann","track":"t-1","listenedAt":"2001-01-01T00:00:00Z"}""",
                """{"user":"ann","track":"t-1","listenedAt":"soon","love":true}""",
                """{"user":"ann","artist":" tool","title":"LATERALUS","listenedAt":1772395200}""",
            ]);
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[Array.IndexOf(bytes, (byte)'?')] = 0xE9;
        await File.WriteAllBytesAsync(file, bytes);

        var submitted = _folder.File("submitted.json");
        var (exitCode, output) = await Tool.RunAsync("listens", "submit", file, "--data", Data, "--json", submitted);

        exitCode.ShouldBe(2, output);
        output.ShouldContain("2 accepted, 1 duplicate, 4 rejected");
        output.ShouldContain("line 5: line must be valid UTF-8");
        output.ShouldContain("line 6: listen_time must not be before 2002-10-01");
        var answer = JsonDocument.Parse(await File.ReadAllTextAsync(submitted)).RootElement;
        answer.GetProperty("rejected").EnumerateArray().Select(r => (r.GetProperty("index").GetInt32(), r.GetProperty("line").GetInt32(), r.GetProperty("field").GetString()))
            .ShouldBe([(1, 3, "line"), (3, 5, "line"), (4, 6, "listen_time"), (5, 7, "listen_time"), (5, 7, "line")]);
        var heard = await CliCall.RunAsync("lake", "query", "SELECT played_share FROM listens WHERE track_id LIKE 'name:%'", "--data", Data, "--json");
        heard.Json.EnumerateArray().Single().GetProperty("played_share").GetDouble().ShouldBe(0.1, 1e-6);
    }

    [Fact]
    public async Task Rejected_listens_are_shown_and_replayed()
    {
        var file = _folder.File("early.jsonl");
        var soon = DateTimeOffset.UtcNow.AddMinutes(11).ToUnixTimeSeconds();
        await File.WriteAllLinesAsync(file, [$$"""{"user":"ann","track":"t-1","listenedAt":{{soon}}}""", """{"user":"","track":"t-2","listenedAt":1772395200}"""]);
        (await Tool.RunAsync("listens", "submit", file, "--data", Data)).ExitCode.ShouldBe(2);

        var listed = await Tool.JsonAsync("rejected", "list", "--data", Data);
        var early = await Tool.JsonAsync("rejected", "list", "--reason", "after the listen arrived", "--data", Data);
        var exposures = await Tool.JsonAsync("rejected", "list", "--kind", "exposures", "--data", Data);
        var (nothing, why) = await Tool.RunAsync("rejected", "replay", "--data", Data);

        listed.GetProperty("items").GetArrayLength().ShouldBe(2);
        var item = early.GetProperty("items").EnumerateArray().Single();
        item.GetProperty("listens")[0].GetProperty("user").GetString().ShouldBe("ann");
        item.GetProperty("kind").GetString().ShouldBe("listens");
        exposures.GetProperty("items").GetArrayLength().ShouldBe(0);
        (nothing, why.Contains("--all", StringComparison.Ordinal)).ShouldBe((2, true), why);

        var (exitCode, output) = await Tool.RunAsync("rejected", "replay", "--all", "--data", Data);
        exitCode.ShouldBe(2, output);
        output.ShouldContain("0 replayed, 2 entries remain");
        output.ShouldContain("user_id must not be empty");
    }

    private static string Track(JsonElement item) => item.GetProperty("track").GetString()!;

    private static string Version(JsonElement model) => model.GetProperty("modelVersion").GetString()!;
}
