using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Lake;
using RecSys.TestKit;

namespace RecSys.Analytics.Tests.Imports;

/// <summary>Real logs come in with the counts that their publishers state.</summary>
public sealed class RealLogsTests : IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly TempFolder _folder = new();
    private readonly ListenLake _lake;
    private readonly LakeQueries _queries;

    public RealLogsTests(ITestOutputHelper output)
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

    [Fact]
    public async Task Botify_logs_of_all_instances_are_one_log()
    {
        if (RealData.Find("botify", _output) is not { } data)
        {
            return;
        }

        var report = await new LogImporter(_queries).ImportAsync("botify", [Path.Combine(data, "logs"), Path.Combine(data, "catalog", "tracks.json.gz")]);
        foreach (var rule in report.Rules.Where(rule => rule.Dropped > 0))
        {
            _output.WriteLine($"{rule.Rule} {rule.Dropped}: {string.Join(" / ", rule.Examples)}");
        }

        report.Rows.ShouldBe(71_033);
        (report.Kept + report.Rules.Sum(rule => rule.Dropped)).ShouldBe(report.Rows);
        report.Rules.Where(rule => rule.Dropped > 0).Select(rule => rule.Rule).ShouldBeSubsetOf([ImportRules.Duplicate]);
        report.Timed.ShouldBeTrue();
        report.NamedTracks.ShouldBe(50_000);
        report.Catalogue!.Rows.ShouldBe(50_000);
        var log = (await _queries.FindImportAsync("botify"))!;
        var tracks = await log.ReadTracksAsync().ToListAsync();
        tracks.SelectMany(track => track.Artists).Distinct().Count().ShouldBe(11_464);
        tracks.Single(track => track.TrackId == "1").ShouldSatisfyAllConditions(
            track => track.Title.ShouldBe("Nothing from Nothing"),
            track => track.Artist.ShouldBe("Billy Preston"));
        (await log.ReadListensAsync().CountAsync(listen => listen.PlayedShare is >= 0 and <= 1)).ShouldBe((int)report.Kept);
    }

    [Fact]
    public async Task Amazon_CDs_come_in_pair_by_pair()
    {
        if (RealData.Find("amazon-cds-m1", _output) is not { } data)
        {
            return;
        }

        var importer = new LogImporter(_queries);
        var train = await importer.ImportAsync("adjacency", [Path.Combine(data, "train.txt.gz")], "train");
        var test = await importer.ImportAsync("adjacency", [Path.Combine(data, "test.txt.gz")], "test");

        (train.Rows, train.Kept, train.Users).ShouldBe((604_475, 604_475, 43_169));
        (test.Rows, test.Kept).ShouldBe((172_951, 172_951));
        var both = await importer.ImportAsync("adjacency", [Path.Combine(data, "train.txt.gz"), Path.Combine(data, "test.txt.gz")], "both");
        (both.Users, both.Tracks).ShouldBe((43_169, 35_648));
        both.Kept.ShouldBe(604_475 + 172_951);
    }

    [Fact]
    public async Task A_Parquet_file_of_pandas_is_read_with_the_right_types()
    {
        if (RealData.Find("yandex", _output) is not { } data)
        {
            return;
        }

        // As a log it has no users: the error names the columns that it has.
        var file = Path.Combine(data, "top_popular.parquet");
        var failure = await Should.ThrowAsync<LakeInputException>(() => new LogImporter(_queries).ImportAsync("events-parquet", [file]));
        failure.Message.ShouldContain("track_id, users, track_seq_median, avg_rating");

        // As triples of track, rank and rating, under names of ours.
        using (var database = QueryEngine.Open(new LakeEngineOptions { Threads = 1, MemoryLimitBytes = 64 << 20, TempFolder = _folder.File("spill") }))
        using (var connection = database.Connect())
        {
            var names = connection.ReadRows(
                $"SELECT track_name, typeof(track_id), typeof(users), typeof(avg_rating) FROM read_parquet({SqlText.Literal(file)})",
                row => (Names: row.TextList(0), Types: $"{row.GetString(1)} {row.GetString(2)} {row.GetString(3)}"),
                CancellationToken.None);
            names.Count.ShouldBe(100);
            names.ShouldAllBe(row => row.Types == "INTEGER BIGINT DOUBLE" && row.Names.Length == 1 && row.Names[0].Length > 0);
            connection.Execute(
                $"COPY (SELECT 7::INTEGER AS user_id, track_id, avg_rating AS weight FROM read_parquet({SqlText.Literal(file)})) TO {SqlText.Literal(_folder.File("renamed.parquet"))} (FORMAT parquet)",
                CancellationToken.None);
        }

        var report = await new LogImporter(_queries).ImportAsync("triples", [_folder.File("renamed.parquet")]);
        (report.Rows, report.Kept, report.Tracks).ShouldBe((100, 100, 100));
    }
}
