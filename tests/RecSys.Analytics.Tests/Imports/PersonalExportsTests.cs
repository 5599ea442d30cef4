using System.IO.Compression;
using RecSys.Analytics.Imports;
using RecSys.Lake;

namespace RecSys.Analytics.Tests.Imports;

/// <summary>What people have of themselves: exports of ListenBrainz, Spotify, Maloja and Last.fm.</summary>
public sealed class PersonalExportsTests : IDisposable
{
    private static readonly ImportOptions OfAnn = new() { User = "ann" };

    private readonly ImportCase _case = new();

    public void Dispose() => _case.Dispose();

    [Fact]
    public async Task The_zip_of_ListenBrainz_comes_in_under_the_name_in_it()
    {
        _case.Write("export/user.json", """{"user_id": 1, "username": "rob"}""");
        _case.Write(
            "export/listens/2024/1.jsonl",
            """
            {"listened_at": 1704067200, "inserted_at": 1704067201.5, "track_metadata": {"artist_name": "Abba", "track_name": "Gold", "release_name": "Hits", "additional_info": {"recording_mbid": "mb-1", "duration_ms": 200000, "duration_played": 100}, "mbid_mapping": null}}
            {"listened_at": 1704067300.25, "track_metadata": {"artist_name": "ABBA", "track_name": "Gold", "mbid_mapping": {"recording_mbid": "mb-1", "artist_mbids": ["ar-1"]}}}

            {"listened_at": 1704067400, "track_metadata": {"artist_name": "Queen", "track_name": "Bo", "additional_info": {}}}
            """);
        _case.Write("export/listens/2024/2.jsonl", "");
        _case.Write(
            "export/listens/2025/3.jsonl",
            """
            {"listened_at": 1740000000, "track_metadata": {"artist_name": "Queen", "track_name": "Bo"}}
            no JSON
            {"listened_at": 1740000001, "track_metadata": {"artist_name": "Queen", "track_name": "cut \ud83d"}}
            {"listened_at": null, "track_metadata": {"artist_name": "Queen", "track_name": "Now"}}
            {"listened_at": 1740000002, "track_metadata": {"artist_name": "Queen", "track_name": " "}}
            """);
        _case.Write("export/feedback.jsonl", "{\"score\": 1}\n{\"score\": -1}\n");
        var zip = _case.Path("listenbrainz_rob.zip");
        await ZipFile.CreateFromDirectoryAsync(_case.Path("export"), zip);

        var report = await _case.ImportAsync("listenbrainz", zip);

        (report.Rows, report.Kept, report.Users, report.Tracks, report.NamedByText).ShouldBe((8, 4, 1, 2, 2));
        ImportCase.Dropped(report.Rules).ShouldBe([("unparseable", 3), ("empty-id", 1)]);
        report.Rules.Single(rule => rule.Rule == ImportRules.Unparseable).Examples.ShouldContain(example => example.Contains("3.jsonl, line 2", StringComparison.Ordinal));
        report.LeftOut.ShouldHaveSingleItem().ShouldBe(new LeftOutFile("feedback.jsonl", 2, "loved and hated tracks have no place in an import"));
        var log = (await _case.Queries.FindImportAsync("listenbrainz"))!;
        var listens = await log.ReadListensAsync().ToListAsync();
        listens.ShouldAllBe(listen => listen.UserId == "rob");
        listens[0].ShouldBe(new LakeListen("rob", "mb-1", DateTimeOffset.FromUnixTimeSeconds(1704067200), 0.5f));
        listens[1].ListenedAt.ShouldBe(DateTimeOffset.FromUnixTimeMilliseconds(1704067300250));
        (await log.ReadTracksAsync().ToListAsync()).Select(track => (track.Title, track.Artist)).ShouldBe([("Gold", "Abba"), ("Bo", "Queen")], ignoreOrder: true);
        (await _case.ImportAsync("listenbrainz", OfAnn, _case.Path("export"))).Kept.ShouldBe(4);
        (await (await _case.Queries.FindImportAsync("listenbrainz"))!.ReadListensAsync().ToListAsync()).ShouldAllBe(listen => listen.UserId == "ann");
    }

    [Fact]
    public async Task The_streaming_history_of_Spotify_comes_in_without_podcasts_and_videos()
    {
        _case.Write(
            "my/Streaming_History_Audio_2023_1.json",
            """
            [
              {"ts": "2023-01-02T03:04:05Z", "ms_played": 200000, "master_metadata_track_name": "Gold", "master_metadata_album_artist_name": "Abba", "master_metadata_album_album_name": "Hits", "spotify_track_uri": "spotify:track:1", "episode_name": null, "reason_end": "trackdone"},
              {"ts": "2023-01-02T03:05:05Z", "ms_played": 50000, "master_metadata_track_name": "Gold", "master_metadata_album_artist_name": "Abba", "master_metadata_album_album_name": "Hits", "spotify_track_uri": "spotify:track:1", "reason_end": "fwdbtn", "skipped": true},
              {"ts": "2023-01-02T04:05:05Z", "ms_played": 9, "master_metadata_track_name": null, "spotify_track_uri": null, "episode_name": "A talk", "spotify_episode_uri": "spotify:episode:1"},
              {"ts": "2023-13-02T04:05:05Z", "ms_played": 9, "master_metadata_track_name": "a", "spotify_track_uri": "spotify:track:2"},
              "no play"
            ]
            """);
        _case.Write("my/endsong_0.json.gz", """[{"ts": "2020-01-02T03:04:05Z", "username": "x", "ms_played": 0, "master_metadata_track_name": "Bo", "master_metadata_album_artist_name": "Queen", "spotify_track_uri": "spotify:track:3"}]""");
        _case.Write("my/Streaming_History_Video_2023.json", "[]");
        _case.Write("my/StreamingHistory_music_0.json", "[]");
        _case.Write("my/ReadMeFirst.pdf", "%PDF");

        var report = await _case.ImportAsync("spotify", OfAnn, _case.Path("my"));

        (report.Rows, report.Kept, report.Users, report.Tracks).ShouldBe((6, 3, 1, 2));
        ImportCase.Dropped(report.Rules).ShouldBe([("unparseable", 2), ("not-a-track", 1)]);
        report.LeftOut.Select(file => file.File).ShouldBe(["ReadMeFirst.pdf", "Streaming_History_Video_2023.json", "StreamingHistory_music_0.json"], ignoreOrder: true);
        var log = (await _case.Queries.FindImportAsync("spotify"))!;
        (await log.ReadListensAsync().ToListAsync()).ShouldBe(
        [
            new LakeListen("ann", "spotify:track:3", new DateTimeOffset(2020, 1, 2, 3, 4, 5, TimeSpan.Zero)),
            new LakeListen("ann", "spotify:track:1", new DateTimeOffset(2023, 1, 2, 3, 4, 5, TimeSpan.Zero), 1f),
            new LakeListen("ann", "spotify:track:1", new DateTimeOffset(2023, 1, 2, 3, 5, 5, TimeSpan.Zero), 0.25f),
        ]);
        (await log.ReadTracksAsync().ToListAsync()).Select(track => (track.Title, track.Artist, track.Album)).ShouldBe([("Gold", "Abba", "Hits"), ("Bo", "Queen", "")], ignoreOrder: true);
    }

    [Fact]
    public async Task The_short_history_of_Spotify_is_read_where_there_is_no_other()
    {
        _case.Write("my/StreamingHistory_music_0.json", """[{"endTime": "2023-01-02 03:04", "artistName": "Abba", "trackName": "Gold", "msPlayed": 1000}, {"endTime": "2023-01-02 03:05", "artistName": "Queen", "trackName": "Gold", "msPlayed": 1000}]""");
        _case.Write("my/StreamingHistory_podcast_0.json", """[{"endTime": "2023-01-02 03:04", "podcastName": "Talk", "episodeName": "1", "msPlayed": 1000}]""");

        var report = await _case.ImportAsync("spotify", OfAnn, _case.Path("my"));

        (report.Rows, report.Kept, report.Tracks, report.NamedByText).ShouldBe((2, 2, 2, 2));
    }

    [Fact]
    public async Task The_export_of_Maloja_comes_in_with_all_artists_of_a_track()
    {
        var file = _case.Write(
            "maloja_export.json",
            """
            {"maloja": {"export_time": 1}, "scrobbles": [
              {"time": 1704067200, "track": {"artists": ["A", "B"], "title": "T", "album": {"albumtitle": "L", "artists": ["A"]}, "length": 200}, "duration": 50, "origin": "client:x", "extra": {}},
              {"time": 1704067300, "track": {"artists": ["A"], "title": "T", "album": null, "length": null}, "duration": null},
              {"time": 1704067400, "artists": ["A"], "title": "T", "album": "L", "duration": null},
              {"time": "yesterday", "track": {"artists": ["A"], "title": "T"}}
            ]}
            """);

        var report = await _case.ImportAsync("maloja", OfAnn, file);

        (report.Rows, report.Kept, report.Tracks).ShouldBe((4, 3, 2));
        ImportCase.Dropped(report.Rules).ShouldBe([("unparseable", 1)]);
        var log = (await _case.Queries.FindImportAsync("maloja"))!;
        (await log.ReadListensAsync().ToListAsync()).Select(listen => listen.PlayedShare).ShouldBe([0.25f, null, null]);
        (await log.ReadTracksAsync().ToListAsync()).Select(track => (track.Title, track.Artist, track.Album)).ShouldBe([("T", "A, B", "L"), ("T", "A", "L")], ignoreOrder: true);
    }

    [Theory]
    [InlineData("uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n\"1270468740\",\"05 Apr 2010, 11:59\",\"Abba\",\"ar\",\"Hits\",\"al\",\"Gold\",\"\"\n")]
    [InlineData("Abba,Hits,Gold,\"05 Apr 2010, 11:59\"\n")]
    [InlineData("Abba,Hits,Gold,05 Apr 2010 11:59\n")]
    [InlineData("Abba,Hits,Gold,2010-04-05 11:59\n")]
    [InlineData("\uFEFFArtist;Album;AlbumId;Track;Date#ann\n\"Abba\";\"Hits\";\"\";\"Gold\";\"1270468740000\"\n")]
    [InlineData("Username,Artist,Track,Album,Date\nann,Abba,Gold,Hits,\"05 Apr 2010, 11:59\"\n")]
    public async Task Exporters_of_Last_fm_agree_about_a_listen(string text)
    {
        var report = await _case.ImportAsync("lastfm", text.Contains("ann", StringComparison.Ordinal) ? new ImportOptions() : OfAnn, _case.Write("scrobbles.csv", text));

        (report.Rows, report.Kept, report.NamedByText).ShouldBe((1, 1, 1));
        var log = (await _case.Queries.FindImportAsync("lastfm"))!;
        var listen = (await log.ReadListensAsync().ToListAsync()).ShouldHaveSingleItem();
        (listen.UserId, listen.ListenedAt).ShouldBe(("ann", new DateTimeOffset(2010, 4, 5, 11, 59, 0, TimeSpan.Zero)));
        var track = (await log.ReadTracksAsync().ToListAsync()).ShouldHaveSingleItem();
        (track.TrackId, track.Title, track.Artist, track.Album).ShouldBe((listen.TrackId, "Gold", "Abba", "Hits"));
    }

    [Fact]
    public async Task What_plays_now_and_what_has_no_date_at_Last_fm_is_counted()
    {
        var report = await _case.ImportAsync("lastfm", OfAnn, _case.Write("a.csv", "Abba,Hits,Now,\nAbba,Hits,Old,\"01 Jan 1970, 00:00\"\nAbba,Hits,\"A \"\"B\"\"\",\"05 Apr 2010, 11:59\"\n"));

        (report.Rows, report.Kept).ShouldBe((3, 1));
        ImportCase.Dropped(report.Rules).ShouldBe([("unparseable", 2)]);
    }

    [Theory]
    [InlineData("listenbrainz", "a.jsonl", """{"listened_at": 1704067200, "track_metadata": {"artist_name": "A", "track_name": "T"}}""", "does not say who listened. Name the listener with --user NAME.")]
    [InlineData("spotify", "a.json", """[{"ts": "2023-01-02T03:04:05Z", "ms_played": 1, "master_metadata_track_name": "T"}]""", "does not say who listened. Name the listener with --user NAME.")]
    [InlineData("maloja", "a.json", """{"scrobbles": [{"time": 1704067200, "track": {"artists": ["A"], "title": "T"}}]}""", "does not say who listened. Name the listener with --user NAME.")]
    [InlineData("lastfm", "a.csv", "Abba,Hits,Gold,\"05 Apr 2010, 11:59\"\n", "does not say who listened. Name the listener with --user NAME.")]
    [InlineData("listenbrainz", "a.jsonl", """{"score": 1}""", "has no listens of ListenBrainz")]
    [InlineData("listenbrainz", "a.csv", "a,b\n", "is no file of a ListenBrainz export")]
    [InlineData("spotify", "a.json", """{"scrobbles": []}""", "is no streaming history of Spotify")]
    [InlineData("spotify", "a.json", """[{"ts": "2023-01-02T03:04:05Z", "ms_pl""", "is no whole JSON")]
    [InlineData("maloja", "a.json", "[]", "is no export of Maloja")]
    [InlineData("maloja", "a.json", """{"scrobbles": [], "scrob\ud800": 1}""", "is no export of Maloja")]
    [InlineData("spotify", "a.json", """[{"ts": "2023-01-02T03:04:05Z", "ms_played": 1, "t\ud800": 1}]""", "is no streaming history of Spotify")]
    [InlineData("spotify", "a.json", """[{"ts": "2023-01-02T03:04:05Z", "ms_played": 1, "end\ud800": 1}]""", "does not say who listened")]
    [InlineData("listenbrainz", "a.jsonl", """{"listened_at": 1704067200, "track_metadata": {}, "track_meta\ud800": 1}""", "has no listens of ListenBrainz")]
    [InlineData("lastfm", "a.csv", "who,what,when\n", "are those of no export that is known")]
    public async Task A_file_that_is_not_understood_is_refused_with_what_to_do(string format, string name, string text, string problem)
    {
        var file = _case.Write(name, text);
        var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync(format, file));
        failure.File.ShouldBe(file);
        failure.Message.ShouldContain(problem);
        (await _case.Lake.ListImportsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_user_is_named_only_where_the_log_has_none()
    {
        var file = _case.Write("a.csv", "u,i,1\n");
        (await Should.ThrowAsync<ArgumentException>(() => _case.ImportAsync("triples", OfAnn, file))).Message.ShouldContain("users of its own");
        await Should.ThrowAsync<ArgumentException>(() => _case.ImportAsync("maloja", new ImportOptions { User = " " }, file));
    }
}
