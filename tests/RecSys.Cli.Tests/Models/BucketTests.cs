using System.Text.Json;
using RecSys.TestKit;

namespace RecSys.Cli.Tests.Models;

/// <summary>A bucket of an independent server as the target of exports, the source of imports, and the place of the lake.</summary>
public sealed class BucketTests(TrainedFolder trained, S3Fixture s3) : IClassFixture<S3Fixture>, IDisposable
{
    private readonly TempFolder _folder = new("cli-bucket");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_export_into_a_bucket_is_read_back_and_replaced()
    {
        var server = await s3.GetServerAsync();
        var output = $"s3://{S3Server.Bucket}/exports/one";
        await RunAsync(server, 0, "models", "export", "--data", trained.Data, "--format", "jsonl", "--output", output);
        server.Keys().Where(key => key.StartsWith("exports/one/")).ShouldBe(["exports/one/manifest.json", "exports/one/recommendations.jsonl"]);

        await RunAsync(server, 0, "models", "export", "--data", trained.Data, "--tables", "events", "--output", output);
        server.Keys().Where(key => key.StartsWith("exports/one/")).ShouldBe(["exports/one/events.parquet", "exports/one/manifest.json"]);
        var file = _folder.File("events.parquet");
        await File.WriteAllBytesAsync(file, server.Read("exports/one/events.parquet"));
        (await NodePackages.ReadParquetAsync(file)).GetProperty("rows").GetArrayLength().ShouldBe(SmallLog.UserCount * 20);

        var refused = await RunAsync(server, 2, "models", "export", "--data", trained.Data, "--tables", "items", "--output", $"s3://{S3Server.Bucket}/exports");
        refused.ShouldContain("something else than an earlier export");
    }

    [Fact]
    public async Task A_system_whose_lake_is_in_a_bucket_imports_from_a_bucket_and_trains()
    {
        var server = await s3.GetServerAsync();
        await RunAsync(server, 0, "models", "export", "--data", trained.Data, "--tables", "events", "--output", $"s3://{S3Server.Bucket}/log");
        var lake = new Dictionary<string, string?> { ["RECSYS__LAKE__ROOT"] = $"s3://{S3Server.Bucket}/lake" };
        var data = _folder.File("data");

        var missing = await RunAsync(server, 2, lake, "import", "triples", $"s3://{S3Server.Bucket}/log/nothing.csv", "--data", data);
        missing.ShouldContain($"s3://{S3Server.Bucket}/log/nothing.csv: there is no such object");

        await RunAsync(server, 0, lake, "import", "triples", $"s3://{S3Server.Bucket}/log/events.parquet", "--data", data);
        server.Keys().ShouldContain(key => key.StartsWith("lake/imports/triples/") && key.EndsWith("/listens.parquet"));
        File.Exists(Path.Combine(data, "lake")).ShouldBeFalse();

        // Nothing but the bucket has the log now.
        Directory.Delete(Path.Combine(data, "lake-cache"), recursive: true);
        var model = _folder.File("model.json");
        await RunAsync(server, 0, lake, "train", "--data", data, "--set", "als.factors=4", "evaluation.enabled=false", "ranker.enabled=false", "--json", model);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(model));
        json.RootElement.GetProperty("users").GetInt64().ShouldBe(SmallLog.UserCount);
        json.RootElement.GetProperty("interactions").GetInt64().ShouldBe(SmallLog.UserCount * 20);
    }

    [Fact]
    public async Task A_wrong_key_or_address_is_one_line_and_never_shows_the_secret()
    {
        var server = await s3.GetServerAsync();
        string[] call = ["models", "export", "--data", trained.Data, "--tables", "items", "--output", $"s3://{S3Server.Bucket}/exports/two"];
        var output = await RunAsync(server, 1, new Dictionary<string, string?> { ["AWS_ACCESS_KEY_ID"] = "WRONG", ["AWS_SECRET_ACCESS_KEY"] = "wrong-secret" }, call);
        output.ShouldContain("Check AWS_ACCESS_KEY_ID");
        output.ShouldNotContain("wrong-secret");

        output = await RunAsync(server, 1, new Dictionary<string, string?> { ["RECSYS__S3__ENDPOINT"] = $"http://127.0.0.1:{FreePort.Next()}" }, call);
        output.ShouldContain("does not answer");
        output = await RunAsync(server, 2, new Dictionary<string, string?> { ["RECSYS__S3__ENDPOINT"] = "minio" }, call);
        output.ShouldContain("S3:Endpoint");
        server.Keys().ShouldNotContain(key => key.StartsWith("exports/two"));
    }

    private static Task<string> RunAsync(S3Server server, int expectedCode, params string[] arguments) => RunAsync(server, expectedCode, [], arguments);

    private static async Task<string> RunAsync(S3Server server, int expectedCode, Dictionary<string, string?> environment, params string[] arguments)
    {
        var all = server.Environment.Concat(environment).GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Last().Value);
        // With other keys in a process of its own: what reads the keys may keep them.
        var (exitCode, output) = environment.Keys.Any(key => key.StartsWith("AWS_", StringComparison.Ordinal))
            ? await Tool.RunProcessAsync(arguments, all)
            : await Tool.RunAsync(arguments, all);
        exitCode.ShouldBe(expectedCode, output);
        return expectedCode == 0 || output.Trim().Split('\n').Length == 1 ? output : throw new ShouldAssertException($"More than one line: {output}");
    }
}
