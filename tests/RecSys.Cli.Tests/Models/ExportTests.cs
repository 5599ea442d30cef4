using System.Text.Json;
using RecSys.Data.Artifacts;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Cli.Tests.Models;

/// <summary>What other tools read of an export: hyparquet the tables, numpy the factors.</summary>
public sealed class ExportTests(TrainedFolder trained) : IDisposable
{
    private readonly TempFolder _folder = new("cli-export");

    private string Output => _folder.File("out");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Who_was_deleted_is_in_no_export_and_does_not_come_back_with_factors()
    {
        const string User = "user-4";
        var data = _folder.File("data");
        foreach (var file in Directory.GetFiles(trained.Data, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(data, Path.GetRelativePath(trained.Data, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        await Tool.JsonAsync("models", "export", "--data", data, "--format", "npz", "--output", _folder.File("before"));
        await using var database = await SampleDatabase.OpenSqliteAsync(Path.Combine(data, "recsys.db"));
        await database.Deletions.DeleteAsync(User, CancellationToken.None);

        await Tool.JsonAsync("models", "export", "--data", data, "--output", Output);
        await Tool.JsonAsync("models", "export", "--data", data, "--format", "npz", "--output", _folder.File("after"));
        foreach (var table in (string[])["events", "recommendations", "personal_als"])
        {
            var users = Rows(await ReadAsync(table)).Select(row => Text(row, "user_id")).Distinct().ToArray();
            users.Length.ShouldBe(SmallLog.UserCount - 1, table);
            users.ShouldNotContain(User);
        }

        var factors = await FactorFileReader.ReadAsync(_folder.File("after/factors.npz"), "factors.npz", CancellationToken.None);
        factors.UserIds.ShouldNotContain(User);
        var erased = Array.FindIndex(factors.UserIds, ArtifactEraser.IsErased);
        factors.UserFactors[(erased * factors.FactorCount)..((erased + 1) * factors.FactorCount)].ShouldAllBe(factor => factor == 0);

        var imported = await Tool.JsonAsync("models", "import", _folder.File("before/factors.npz"), "--data", data);
        var ids = await database.Artifacts.ReadTextsAsync(imported.GetProperty("modelVersion").GetString()!, ArtifactNames.UserIds, CancellationToken.None);
        ids.ShouldNotBeNull().Length.ShouldBe(SmallLog.UserCount - 1);
        ids.ShouldNotContain(User);
    }

    [Fact]
    public async Task Tables_are_Parquet_with_documented_columns_and_the_lists_that_the_product_answers()
    {
        var result = await ExportAsync("parquet");
        result.GetProperty("modelVersion").GetString().ShouldBe(trained.Version);
        result.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("name").GetString())
            .ShouldBe(["items.parquet", "events.parquet", "top_popular.parquet", "personal_als.parquet", "similar.parquet", "recommendations.parquet"]);

        var events = await ReadAsync("events");
        Columns(events).ShouldBe(
        [
            "user_id BYTE_ARRAY UTF8", "track_id BYTE_ARRAY UTF8", "listened_at INT64 TIMESTAMP_MICROS", "day_of_week INT32 INT_32",
            "month INT32 INT_32", "played_share FLOAT ", "play_count INT32 INT_32",
        ]);
        Rows(events).Length.ShouldBe(SmallLog.UserCount * 20);
        foreach (var row in Rows(events))
        {
            var at = row.GetProperty("listened_at").GetDateTimeOffset();
            row.GetProperty("month").GetInt32().ShouldBe(at.Month);
            row.GetProperty("day_of_week").GetInt32().ShouldBe(at.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)at.DayOfWeek);
        }

        var items = Rows(await ReadAsync("items"));
        items.Select(row => Text(row, "track_id")).Order().ShouldBe(Rows(events).Select(row => Text(row, "track_id")).Distinct().Order());
        items.ShouldAllBe(row => row.GetProperty("genres").GetArrayLength() == 0);

        var lists = await ReadAsync("recommendations");
        Columns(lists).ShouldBe(["user_id BYTE_ARRAY UTF8", "track_id BYTE_ARRAY UTF8", "score FLOAT ", "element BYTE_ARRAY UTF8", "rank INT32 INT_32"]);
        Rows(lists).ShouldAllBe(row => row.GetProperty("sources").GetArrayLength() > 0 && row.GetProperty("sources")[0].GetString()!.Length > 0);
        var heard = Rows(events).Select(row => (Text(row, "user_id"), Text(row, "track_id"))).ToHashSet();
        foreach (var table in new[] { lists, await ReadAsync("personal_als") })
        {
            var byUser = Rows(table).GroupBy(row => Text(row, "user_id")).ToArray();
            byUser.Length.ShouldBe(SmallLog.UserCount);
            foreach (var list in byUser)
            {
                var ordered = list.OrderBy(row => row.GetProperty("rank").GetInt32()).ToArray();
                ordered.Select(row => row.GetProperty("rank").GetInt32()).ShouldBe(Enumerable.Range(1, 12));
                ordered.Select(Score).ShouldBeInOrder(SortDirection.Descending);
                list.Count(row => heard.Contains((list.Key, Text(row, "track_id")))).ShouldBe(0);
            }
        }

        var similar = Rows(await ReadAsync("similar"));
        similar.ShouldAllBe(row => Text(row, "track_id") != Text(row, "similar_track_id"));
        similar.Select(row => Text(row, "track_id")).Distinct().Count().ShouldBe(80);

        var popular = Rows(await ReadAsync("top_popular"));
        popular.Select(row => row.GetProperty("rank").GetInt32()).ShouldBe(Enumerable.Range(1, 80));
        var listeners = heard.GroupBy(pair => pair.Item2).ToDictionary(group => group.Key, group => group.Count());
        popular.ShouldAllBe(row => int.Parse(Text(row, "listeners")) == listeners[Text(row, "track_id")]);
        popular.Max(row => row.GetProperty("rating").GetSingle()).ShouldBe(1);
        popular.Min(row => row.GetProperty("rating").GetSingle()).ShouldBe(0);
    }

    [Fact]
    public async Task Factors_open_in_numpy_and_their_products_are_the_scores_of_the_product()
    {
        await ExportAsync("npz");
        await Tool.JsonAsync("models", "export", "--data", trained.Data, "--tables", "personal_als", "--output", _folder.File("lists"));
        var script = _folder.File("scores.py");
        await File.WriteAllTextAsync(script, """
            import json, sys
            import numpy as np
            z = np.load(sys.argv[1], allow_pickle=False)
            for name in ("user_factors", "item_factors"):
                assert z[name].dtype == np.float32 and z[name].flags.c_contiguous and z[name].shape[1] == 8, name
            assert z["user_ids"].dtype.kind == "U" and z["item_ids"].dtype.kind == "U"
            assert z["alpha"].shape == (1,) and z["alpha"][0] == 60
            scores = z["user_factors"] @ z["item_factors"].T
            print(json.dumps({u: dict(zip(z["item_ids"].tolist(), row)) for u, row in zip(z["user_ids"].tolist(), scores.tolist())}))
            """);
        await using var python = ChildProcess.StartPython(script, [Path.Combine(Output, "factors.npz")]);
        (await python.WaitForExitAsync(TimeSpan.FromMinutes(1))).ShouldBe(0, python.Output);
        using var scores = JsonDocument.Parse(python.Output);

        var rows = Rows(await NodePackages.ReadParquetAsync(_folder.File("lists/personal_als.parquet")));
        rows.Length.ShouldBe(SmallLog.UserCount * 12);
        foreach (var row in rows)
        {
            var product = scores.RootElement.GetProperty(Text(row, "user_id")).GetProperty(Text(row, "track_id")).GetSingle();
            Score(row).ShouldBe(product, 1e-4f);
        }
    }

    [Fact]
    public async Task Exported_factors_are_imported_as_a_version_that_can_be_activated_and_gives_the_same_lists()
    {
        await ExportAsync("npz");
        var other = _folder.File("other");
        SmallLog.Write(_folder.File("log.csv"));
        await Tool.JsonAsync("import", "triples", _folder.File("log.csv"), "--data", other);
        var imported = await Tool.JsonAsync("models", "import", Path.Combine(Output, "factors.npz"), "--data", other);
        imported.GetProperty("users").GetInt32().ShouldBe(SmallLog.UserCount);
        var version = imported.GetProperty("modelVersion").GetString()!;
        (await Tool.JsonAsync("models", "activate", version, "--data", other)).GetProperty("active").GetBoolean().ShouldBeTrue();

        var slate = await Tool.JsonAsync("recommend", "user-4", "--data", other, "-n", "5");
        slate.GetProperty("modelVersion").GetString().ShouldBe(version);
        slate.GetProperty("degraded").GetBoolean().ShouldBeFalse();
        slate.GetProperty("items").EnumerateArray().ShouldAllBe(item => Text(item, "track").StartsWith("folk-"));

        var same = await PersonalAsync(other);
        foreach (var (place, score) in await PersonalAsync(trained.Data))
        {
            same[place].ShouldBe(score, 1e-5f);
        }

        async Task<Dictionary<(string User, int Rank), float>> PersonalAsync(string data)
        {
            var output = _folder.File(Guid.NewGuid().ToString("N"));
            await Tool.JsonAsync("models", "export", "--data", data, "--tables", "personal_als", "--output", output);
            return Rows(await NodePackages.ReadParquetAsync(Path.Combine(output, "personal_als.parquet")))
                .ToDictionary(row => (Text(row, "user_id"), row.GetProperty("rank").GetInt32()), Score);
        }
    }

    [Fact]
    public async Task Lists_are_lines_of_JSON_best_track_first()
    {
        await ExportAsync("jsonl");
        var lines = await File.ReadAllLinesAsync(Path.Combine(Output, "recommendations.jsonl"));
        lines.Length.ShouldBe(SmallLog.UserCount);
        foreach (var line in lines)
        {
            using var json = JsonDocument.Parse(line);
            json.RootElement.EnumerateObject().Select(property => property.Name).ShouldBe(["user", "tracks"]);
            json.RootElement.GetProperty("tracks").GetArrayLength().ShouldBe(12);
        }
    }

    [Fact]
    public async Task An_export_replaces_an_earlier_one_but_never_other_files()
    {
        await ExportAsync("jsonl");
        await ExportAsync("parquet", "--tables", "events,items");
        Directory.GetFiles(Output).Select(Path.GetFileName).Order().ShouldBe(["events.parquet", "items.parquet", "manifest.json"]);

        await File.WriteAllTextAsync(Path.Combine(Output, "notes.txt"), "mine");
        var (exitCode, output) = await Tool.RunAsync("models", "export", "--data", trained.Data, "--output", Output);
        exitCode.ShouldBe(2, output);
        output.ShouldContain("something else than an earlier export");
        File.Exists(Path.Combine(Output, "notes.txt")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("no such version", "20200101T000000Z-0000", "--format", "npz")]
    [InlineData("no such table", "--tables", "items,votes")]
    [InlineData("is for --format parquet", "--tables", "items", "--format", "npz")]
    [InlineData("csv", "--format", "csv")]
    public async Task A_bad_call_is_one_line_with_exit_code_2_and_leaves_nothing(string problem, params string[] arguments)
    {
        var (exitCode, output) = await Tool.RunAsync(["models", "export", .. arguments, "--data", trained.Data, "--output", Output]);
        exitCode.ShouldBe(2, output);
        output.Trim().Split('\n').Length.ShouldBe(1, output);
        output.Replace("no model version 20200101T000000Z-0000", "no such version").Replace("no table votes", "no such table").ShouldContain(problem);
        Directory.EnumerateFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }

    private async Task<JsonElement> ExportAsync(string format, params string[] more) =>
        await Tool.JsonAsync(["models", "export", "--format", format, "--data", trained.Data, "--output", Output, .. more]);

    private Task<JsonElement> ReadAsync(string table) => NodePackages.ReadParquetAsync(Path.Combine(Output, $"{table}.parquet"));

    private static string[] Columns(JsonElement table) =>
        [.. table.GetProperty("columns").EnumerateArray().Select(c => $"{Text(c, "name")} {Text(c, "type")} {c.GetProperty("logical").GetString()}")];

    private static JsonElement[] Rows(JsonElement table) => [.. table.GetProperty("rows").EnumerateArray()];

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

    private static float Score(JsonElement row) => row.GetProperty("score").GetSingle();
}
