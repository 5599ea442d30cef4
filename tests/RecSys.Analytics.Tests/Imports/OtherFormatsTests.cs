using System.Text;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Lake;

namespace RecSys.Analytics.Tests.Imports;

public sealed class OtherFormatsTests : IDisposable
{
    private readonly ImportCase _case = new();

    public void Dispose() => _case.Dispose();

    [Fact]
    public async Task Every_event_of_a_service_log_is_a_listen_and_is_kept_as_event()
    {
        _case.Write(
            "logs/a.json.gz",
            """
            {"message": "next", "timestamp": 1708329390383, "user": 5650, "track": 7, "time": 0.8, "latency": 0.02, "recommendation": 9, "experiments": {"STICKY": "T2", "B \"x\"": "C"}}
            {"message": "last", "timestamp": 1708329390500, "user": 5650, "track": 8, "time": 0.0, "latency": 0.01, "recommendation": null, "experiments": {}}
            """);
        _case.Write(
            "logs/b.jsonl",
            """
            {"message": "next", "timestamp": 1708329390600, "user": "ann", "track": 7, "time": 1.5, "experiments": {"STICKY": "C"}}

            {"message": "next", "timestamp": 1708329390700, "user": "ann", "track": 7
            {"message": "ping", "timestamp": 1708329390700, "user": "ann", "track": 7, "time": 1}
            {"message": "next", "user": "ann", "track": 7, "time": 1}
            {"message": "next", "timestamp": 1708329390700, "user": null, "track": 7, "time": 1}
            {"message": "next", "timestamp": 1708329390800, "user": "ann", "track": 99, "time": 1}
            """);
        _case.Write("logs/recommendations.json", "{\"user\": 1, \"tracks\": [7, 8]}\n");
        _case.Write(
            "logs/tracks.json",
            """
            {"artist": "Björk", "title": "Undo", "track": 7}
            {"artist": "Björk", "title": "Undo again", "track": 7}
            {"artist": "", "title": "Alone", "track": 8, "genre": "Pop_Rock"}
            {"artist": "X", "title": "No id"}
            """);

        var report = await _case.ImportAsync("botify", new ImportOptions { KnownTracksOnly = true }, _case.Path("logs"));

        (report.Rows, report.Kept).ShouldBe((8, 2));
        ImportCase.Dropped(report.Rules).ShouldBe([("unparseable", 3), ("empty-id", 1), ("share-out-of-range", 1), ("unknown-track", 1)]);
        ImportCase.Dropped(report.Catalogue!.Rules).ShouldBe([("empty-track-id", 1), ("duplicate-track", 1)]);
        var log = (await _case.Queries.FindImportAsync("botify"))!;
        (await log.ReadListensAsync().ToListAsync()).ShouldBe(
        [
            new LakeListen("5650", "7", DateTimeOffset.FromUnixTimeMilliseconds(1708329390383), 0.8f),
            new LakeListen("5650", "8", DateTimeOffset.FromUnixTimeMilliseconds(1708329390500), 0f),
        ]);
        (await log.ReadTracksAsync().ToListAsync()).Select(track => (track.Title, track.Artist, string.Join(',', track.Genres)))
            .ShouldBe([("Undo", "Björk", ""), ("Alone", "", "Pop_Rock")]);
        var events = _case.Read("botify", "service.parquet", "listened_at, message, recommendation, latency_seconds, len(experiments), experiments[1].experiment, experiments[1].arm, experiments[2].arm");
        events.Count.ShouldBe(4);
        events[0].Skip(1).ShouldBe(["next", "9", "0.02", "2", "STICKY", "T2", "C"]);
        events[1].Skip(1).ShouldBe(["last", null, "0.01", "0", null, null, null]);
    }

    [Theory]
    [InlineData("item", "timestamp", "artist_name", "track_name")]
    [InlineData("item_id", "listened_at", "artist", "title")]
    [InlineData("Track ID", " ts ", "Artist-Name", "trackName")]
    public async Task Events_are_found_under_drifting_names(string track, string time, string artist, string title)
    {
        _case.WriteParquet(
            "events/part-1.parquet",
            $"""SELECT 'u1' AS user_id, 'i1' AS "{track}", TIMESTAMP '2009-01-01 10:00:00' AS "{time}", 'Björk' AS "{artist}", 'Undo' AS "{title}" """);
        _case.WriteParquet("events/part-2.parquet", "SELECT 7 AS \"user\", 8 AS item_id, 1230804000 AS timestamp, 3 AS plays");

        var report = await _case.ImportAsync("events-parquet", _case.Path("events"));

        (report.Rows, report.Kept, report.Users, report.Plays, report.NamedTracks).ShouldBe((2, 2, 2, 4, 1));
        (await _case.Queries.ReadListensAsync(InteractionQuery.All).ToListAsync()).ShouldAllBe(listen => listen.ListenedAt == new DateTimeOffset(2009, 1, 1, 10, 0, 0, TimeSpan.Zero));
        var named = (await (await _case.Queries.FindImportAsync("events-parquet"))!.ReadTracksAsync().ToListAsync()).ShouldHaveSingleItem();
        (named.TrackId, named.Title, named.Artist).ShouldBe(("i1", "Undo", "Björk"));
    }

    [Fact]
    public async Task Adjacency_lines_become_pairs()
    {
        _case.Write("a.txt", "u1 i1 i2 i1\n\nu2\ti3   i1 \r\nu3\nu1 i4\n");

        var report = await _case.ImportAsync("adjacency", _case.Path("a.txt"));

        (report.Rows, report.Kept, report.Users, report.Tracks).ShouldBe((6, 5, 2, 4));
        ImportCase.Dropped(report.Rules).ShouldBe([("duplicate", 1)]);
        var cells = await _case.Queries.ReadInteractionsAsync(InteractionQuery.All);
        cells.UserIds.ShouldBe(["u1", "u2"]);
        cells.TrackIds.ShouldBe(["i1", "i2", "i3", "i4"]);
    }

    [Theory]
    [InlineData("botify", "a.json", "{\"message\": \"next\", \"user\": 1}\n{\"user\": \"\u00FF\"}\n", 2, "UTF-8")]
    [InlineData("botify", "a.json", "{\"other\": 1}\n", 1, "is no log and no catalogue of Botify")]
    [InlineData("botify", "a.json", "\n\n", null, "has no rows")]
    [InlineData("adjacency", "a.txt", "u1 i1\nu2 i\u00FF\n", 2, "UTF-8")]
    [InlineData("adjacency", "a.txt", "\n", null, "has no rows")]
    [InlineData("adjacency", "a.txt", "u1\nu2\n", null, "has no rows")]
    [InlineData("lastfm-1k", "a.tsv", "u\t2009-01-01T00:00:00Z\ta\tn\tt\tn\nu\t2009-01-01T00:00:00Z\ta\t\u00FF\tt\tn\n", 2, "UTF-8")]
    [InlineData("events-parquet", "a.parquet", "PAR1", null, "cut short")]
    [InlineData("events-parquet", "a.parquet", "no Parquet at all", null, "is no Parquet file")]
    public async Task A_broken_file_is_named_with_place_and_remedy(string format, string name, string latin1, int? line, string problem)
    {
        var file = _case.Write(name, latin1, Encoding.Latin1);
        var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync(format, file));
        failure.File.ShouldBe(file);
        failure.Line.ShouldBe(line);
        failure.Message.ShouldContain(problem);
        failure.Message.ShouldNotContain("\n");
        (await _case.Lake.ListImportsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(8)]
    [InlineData(1_000)]
    [InlineData(150_000)]
    public async Task A_Parquet_file_that_was_cut_short_or_damaged_is_named(int lost)
    {
        var file = _case.WriteParquet("a.parquet", "SELECT 'user' || (i % 1000) AS user_id, md5(i::VARCHAR) AS track_id, TIMESTAMP '2009-01-01' AS timestamp FROM range(20000) AS rows(i)");
        var whole = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, whole[..^lost]);
        (await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("events-parquet", file))).Message.ShouldContain("it was cut short");

        // The same bytes lost in the middle, so that the ends look right.
        await File.WriteAllBytesAsync(file, [.. whole[..4], .. whole[(4 + lost)..]]);
        var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("events-parquet", file));
        failure.File.ShouldBe(file);
        failure.Message.ShouldNotContain("\n");
        (await _case.Lake.ListImportsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("SELECT 1 AS track_id", "do not say which is the user")]
    [InlineData("SELECT 1 AS user_id, 2 AS plays", "do not say which is the track")]
    [InlineData("SELECT 1 AS user_id, 2 AS track_id, {'a': 1} AS timestamp", "the column timestamp is of type STRUCT")]
    [InlineData("SELECT 1 AS user_id, 2 AS track_id, [3] AS plays", "the column plays is of type INTEGER[]")]
    public async Task A_wrong_column_of_events_is_named(string sql, string problem)
    {
        var file = _case.WriteParquet("a.parquet", sql);
        (await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("events-parquet", file))).Message.ShouldContain(problem);
    }
}
