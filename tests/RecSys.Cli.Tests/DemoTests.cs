using System.IO.Compression;
using System.Text.Json;
using RecSys.TestKit;

namespace RecSys.Cli.Tests;

/// <summary>The first command that anybody runs.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly TempFolder _folder = new("cli-demo");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_demo_shows_that_ALS_beats_popularity_and_says_why_each_track_is_there()
    {
        var json = _folder.File("result.json");
        var (exitCode, output) = await Tool.RunProcessAsync(["demo", "--json", json], new Dictionary<string, string?>());
        exitCode.ShouldBe(0, output);
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var result = document.RootElement;
        var models = result.GetProperty("models").EnumerateArray().ToDictionary(m => m.GetProperty("model").GetString()!, m => m.GetProperty("metrics"));
        foreach (var metric in new[] { "recall@20", "ndcg@20" })
        {
            models["als"].GetProperty(metric).GetDouble().ShouldBeGreaterThan(1.5 * models["popularity"].GetProperty(metric).GetDouble(), metric);
        }

        // Sources order candidates for the ranker; they are no models that everything is measured of.
        models.Keys.ShouldAllBe(model => !model.StartsWith("source-", StringComparison.Ordinal));
        result.GetProperty("sources").EnumerateArray().Select(source => source.GetProperty("source").GetString()).ShouldContain("als");

        result.GetProperty("data").GetProperty("users").GetInt64().ShouldBeGreaterThanOrEqualTo(1_000);
        result.GetProperty("data").GetProperty("train").GetInt64().ShouldBeGreaterThan(0);
        result.GetProperty("history").GetProperty("items").GetArrayLength().ShouldBe(10);
        result.GetProperty("recommendations").GetProperty("items").EnumerateArray()
            .ShouldAllBe(item => item.GetProperty("title").GetString()!.Length > 0 && item.GetProperty("reason").GetString()!.Length > 0);
        result.GetProperty("similar").GetProperty("items").GetArrayLength().ShouldBe(5);
    }

    [Fact]
    public async Task The_demo_runs_on_a_log_of_ones_own_and_stays_in_its_folder_whatever_the_environment_says()
    {
        var hetrec = Checkout.FindShared("data/hetrec2011-lastfm-2k");
        string source;
        if (hetrec is not null)
        {
            // A tenth of the listeners says as much as all, sooner.
            var folder = _folder.CreateFolder("hetrec");
            File.WriteAllLines(
                Path.Combine(folder, "user_artists.dat"),
                ReadGzip(Path.Combine(hetrec, "user_artists.dat.gz")).Where((line, row) => row == 0 || int.Parse(line.Split('\t')[0]) <= 200));
            File.Copy(Path.Combine(hetrec, "artists.dat.gz"), Path.Combine(folder, "artists.dat.gz"));
            source = $"hetrec:{folder}";
        }
        else
        {
            TestContext.Current.TestOutputHelper?.WriteLine("HetRec is not here; a small log of our own stands in.");
            SmallLog.Write(_folder.File("log.csv"));
            source = $"triples:{_folder.File("log.csv")}";
        }

        var foreign = _folder.File("production");
        var json = _folder.File("result.json");
        var (exitCode, output) = await Tool.RunProcessAsync(
            ["demo", "--data", source, "--set", "ranker.enabled=false", "--json", json],
            new Dictionary<string, string?>
            {
                ["RECSYS__SERVICES__INGEST"] = "http://127.0.0.1:9",
                ["RECSYS__SERVICES__CANDIDATE"] = "http://127.0.0.1:9",
                ["RECSYS__LAKE__ROOT"] = Path.Combine(foreign, "lake"),
                ["RECSYS__DATABASE__CONNECTIONSTRING"] = $"Data Source={Path.Combine(foreign, "recsys.db")}",
            });

        exitCode.ShouldBe(0, output);
        output.ShouldNotContain("degraded");
        Directory.Exists(foreign).ShouldBeFalse();
        using var result = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var recall = result.RootElement.GetProperty("models").EnumerateArray()
            .ToDictionary(m => m.GetProperty("model").GetString()!, m => m.GetProperty("metrics").GetProperty("recall@20").GetDouble());
        recall["als"].ShouldBeGreaterThan(recall["popularity"]);
    }

    [Fact]
    public async Task Without_the_library_that_trains_rankers_the_first_line_says_what_to_install_and_the_blend_ranks()
    {
        SmallLog.Write(_folder.File("log.csv"));

        // The loader finds this one first, and it is no library.
        File.WriteAllText(Path.Combine(_folder.CreateFolder("libraries"), "libgomp.so.1"), "no library");
        var (exitCode, output) = await Tool.RunProcessAsync(
            ["demo", "--data", $"triples:{_folder.File("log.csv")}"],
            new Dictionary<string, string?> { ["LD_LIBRARY_PATH"] = _folder.File("libraries") });

        exitCode.ShouldBe(0, output);
        output.Split('\n')[0].ShouldContain("apt-get install libgomp1");
        output.ShouldContain("Recommended to");
        output.ShouldNotContain("degraded");
        output.ShouldNotContain("Ranker against sources");
    }

    private static IEnumerable<string> ReadGzip(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
