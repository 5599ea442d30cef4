using System.IO.Compression;
using System.Text;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Upkeep;
using RecSys.TestKit;

namespace RecSys.Analytics.Tests.Imports;

/// <summary>Files that are nearly what they should be come in or are refused in one line that says what to do; the lake stays whole, and nothing else is left.</summary>
public sealed class HostileFileTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ImportCase _case = new();
    private readonly List<string> _faults = [];

    public void Dispose() => _case.Dispose();

    public static TheoryData<string, string, string> Texts => new()
    {
        { "triples", "a.csv", "user,item,weight,time\nu1,\"i,1\",3,1500000000\nu2,i2,0.5,2020-01-02T03:04:05Z\nu3,\"i \"\"3\"\"\",7,\n" },
        { "triples", "a.tsv", "u1\ti1\t3\nu2\ti2\t4\nü3\ti3\t4\n" },
        { "adjacency", "a.txt", "u1 i1 i2 i1\n\nu2\ti3   i1 \r\nu3 i4\n" },
        { "lastfm-1k", "a.tsv", "user_1\t2009-05-04T23:08:57Z\tf1b1\tDeep Dish\tt-1\tFuck Me Im Famous\nuser_1\t2009-05-04T13:54:10Z\ta7f7\t坂本龍一\t\tComposition 0919\n" },
        { "lastfm", "a.csv", "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n\"1270468740\",\"05 Apr 2010, 11:59\",\"Abba\",\"ar\",\"Hits\",\"al\",\"Gold\",\"\"\n" },
        { "botify", "a.json", "{\"message\": \"next\", \"timestamp\": 1708329390383, \"user\": 5650, \"track\": 7, \"time\": 0.8, \"latency\": 0.02, \"recommendation\": 9, \"experiments\": {\"STICKY\": \"T2\"}}\n{\"message\": \"last\", \"timestamp\": 1708329390500, \"user\": 5650, \"track\": 8, \"time\": 0}\n" },
        { "listenbrainz", "a.jsonl", "{\"listened_at\": 1704067200, \"track_metadata\": {\"artist_name\": \"Abba\", \"track_name\": \"Gold\", \"additional_info\": {\"recording_mbid\": \"mb-1\", \"duration_ms\": 200000}}}\n{\"listened_at\": 1704067300.25, \"track_metadata\": {\"artist_name\": \"ABBA\", \"track_name\": \"Gold\"}}\n" },
        { "spotify", "a.json", "[{\"ts\": \"2023-01-02T03:04:05Z\", \"ms_played\": 200000, \"master_metadata_track_name\": \"Gold\", \"master_metadata_album_artist_name\": \"Abba\", \"spotify_track_uri\": \"spotify:track:1\"}]" },
        { "maloja", "a.json", "{\"scrobbles\": [{\"time\": 1704067200, \"track\": {\"artists\": [\"A\", \"B\"], \"title\": \"T\", \"album\": {\"albumtitle\": \"L\"}, \"length\": 200}, \"duration\": 50}]}" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_text_comes_in_or_is_refused_in_a_line(string format, string name, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        await TryAllAsync(format, name, bytes, 8);
        await TryAllAsync(format, name + ".gz", Gzip(bytes), 2);
        await TryAllAsync(format, name + ".zip", Zip(name, bytes), 3);
        _faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_Parquet_file_comes_in_or_is_refused_in_a_line()
    {
        const string Rows = "SELECT 'u' || i AS user_id, 't' || (i % 7) AS track_id, TIMESTAMP '2024-01-01' + INTERVAL (i) MINUTE AS listened_at, 0.5 AS played_share, 1 AS play_count FROM range(200) r(i)";
        var upkeep = new LakeUpkeep(_case.Queries);
        foreach (var options in new[] { "", ", COMPRESSION zstd, ROW_GROUP_SIZE 64" })
        {
            var bytes = await File.ReadAllBytesAsync(_case.WriteParquet("valid.parquet", Rows, options));
            await TryAllAsync("events-parquet", "a.parquet", bytes, 15);
            foreach (var (number, input) in new HostileInputs([bytes]).Take(15))
            {
                var file = await WriteAsync("added.parquet", input);
                var before = await _case.Queries.CountListensAsync();
                var added = 0L;
                await ShouldBeRefusedOrAsync(async () => added = (await upkeep.AddFileAsync(file).WaitAsync(Patience)).Added, HostileInputs.Describe(number, input[..Math.Min(300, input.Length)]));
                (await _case.Queries.CountListensAsync()).ShouldBeInRange(before, before + added);
            }
        }

        _faults.ShouldBeEmpty();
    }

    private async Task TryAllAsync(string format, string name, byte[] valid, int count)
    {
        var options = new ImportOptions { Name = "hostile", User = LogImporter.FormatsOfOnePerson.Contains(format) ? "ann" : null };
        (await _case.ImportAsync(format, options, await WriteAsync(name, valid))).Kept.ShouldBeGreaterThan(0, "as it should be, it comes in");
        foreach (var (number, input) in new HostileInputs([valid]).Take(count))
        {
            var file = await WriteAsync(name, input);
            await ShouldBeRefusedOrAsync(() => _case.ImportAsync(format, options, file).WaitAsync(Patience), $"{format} {name}, {HostileInputs.Describe(number, input[..Math.Min(2_000, input.Length)])}");
            Staging().ShouldBeEmpty();
            var log = await _case.Queries.FindImportAsync("hostile");
            (await log.ShouldNotBeNull().ReadListensAsync().CountAsync()).ShouldBeGreaterThan(0, "the one before it, or its own");
        }
    }

    private async Task ShouldBeRefusedOrAsync(Func<Task> work, string what)
    {
        try
        {
            await work();
        }
        catch (LakeInputException refused)
        {
            refused.Message.ShouldNotContain("\n", customMessage: what);
            refused.Remedy.ShouldNotBeEmpty(what);
        }
        catch (Exception exception)
        {
            _faults.Add($"{what}\n{exception}");
        }
    }

    private string[] Staging()
    {
        var staging = Path.Combine(_case.Lake.RootFolder, ".staging");
        return Directory.Exists(staging) ? Directory.GetFileSystemEntries(staging) : [];
    }

    private async Task<string> WriteAsync(string name, byte[] bytes)
    {
        await File.WriteAllBytesAsync(_case.Path(name), bytes);
        return _case.Path(name);
    }

    private static byte[] Gzip(byte[] content)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return memory.ToArray();
    }

    private static byte[] Zip(string name, byte[] content)
    {
        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create))
        {
            using var entry = archive.CreateEntry(name).Open();
            entry.Write(content);
        }

        return memory.ToArray();
    }
}
