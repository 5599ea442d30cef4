using RecSys.Analytics.Imports;

namespace RecSys.Analytics.Tests.Imports;

public sealed class YandexTests : IDisposable
{
    private readonly ImportCase _case = new();

    public void Dispose() => _case.Dispose();

    [Theory]
    [InlineData("", "INTEGER")]
    [InlineData(", COMPRESSION snappy", "BIGINT")]
    [InlineData(", COMPRESSION gzip", "VARCHAR")]
    [InlineData(", COMPRESSION zstd, ROW_GROUP_SIZE 2048", "DOUBLE")]
    [InlineData(", PARQUET_VERSION v2", "SMALLINT")]
    public async Task The_three_files_come_in_with_all_names_whoever_wrote_them(string parquet, string idType)
    {
        WriteTracks(parquet);
        WriteInteractions(parquet, idType);

        var report = await _case.ImportAsync("yandex", _case.Path("log"));

        (report.Rows, report.Kept, report.Users, report.Tracks, report.NamedTracks).ShouldBe((7, 4, 2, 2, 2));
        ImportCase.Dropped(report.Rules).ShouldBe([("unparseable", 1), ("empty-id", 1), ("unknown-track", 1)]);
        report.Catalogue!.Rows.ShouldBe(12);
        ImportCase.Dropped(report.Catalogue.Rules).ShouldBe(
        [
            ("empty-track-id", 1), ("duplicate-track", 1), ("no-artist", 2), ("unknown-artist", 2), ("no-album", 1), ("unknown-album", 1), ("no-genre", 1), ("unknown-genre", 1),
        ]);
        report.Rules.Single(rule => rule.Rule == ImportRules.UnknownTrack).Examples.ShouldBe(["user 1, track 13 \"No Artist\", 2022-01-03 00:00:00.000004"]);
        var log = (await _case.Queries.FindImportAsync("yandex"))!;
        var tracks = await log.ReadTracksAsync().ToListAsync();
        tracks.Select(track => track.TrackId).ShouldBe(["10", "11"]);
        tracks[0].ShouldSatisfyAllConditions(
            track => track.Title.ShouldBe("It's \"One\""),
            track => track.Artist.ShouldBe("坂本龍一, Björk"),
            track => track.Album.ShouldBe("Second Album"),
            track => track.ArtistIds.ShouldBe(["2", "1"]),
            track => track.Artists.ShouldBe(["坂本龍一", "Björk"]),
            track => track.AlbumIds.ShouldBe(["4", "3"]),
            track => track.Albums.ShouldBe(["Second Album", "First Album"]),
            track => track.GenreIds.ShouldBe(["5"]),
            track => track.Genres.ShouldBe(["pop"]));
        tracks[1].Title.ShouldBe("");

        // Two plays of a track on a day stay two, in their order.
        (await log.ReadListensAsync().ToListAsync()).Select(listen => (listen.UserId, listen.TrackId, listen.ListenedAt.ToString("yyyy-MM-dd HH:mm:ss.ffffff"))).ShouldBe(
        [
            ("1", "10", "2022-01-01 00:00:00.000001"), ("1", "11", "2022-01-01 00:00:00.000002"), ("1", "10", "2022-01-01 00:00:00.000003"),
            ("2", "10", "2022-05-01 10:30:00.000000"),
        ]);
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        WriteTracks("");
        var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("yandex", _case.Path("log")));
        failure.Message.ShouldContain("has no interactions.parquet");
        (await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("yandex", _case.Path("log/tracks.parquet")))).Message.ShouldContain("is no folder");
    }

    [Theory]
    [InlineData("SELECT 1 AS user_id, 10 AS track_id, 1 AS track_seq", "has no column started_at; its columns are user_id, track_id, track_seq")]
    [InlineData("SELECT 1 AS user_id, 10 AS track_id, true AS started_at", "the column started_at is of type BOOLEAN")]
    [InlineData("SELECT ['1'] AS user_id, 10 AS track_id, DATE '2022-01-01' AS started_at", "the column user_id is of type VARCHAR[]")]
    [InlineData("SELECT 1 AS user_id, [1] AS track_id, DATE '2022-01-01' AS started_at", "the column track_id is of type INTEGER[]")]
    public async Task A_wrong_column_of_interactions_is_named(string sql, string problem)
    {
        WriteTracks("");
        var file = _case.WriteParquet("log/interactions.parquet", sql);
        var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("yandex", _case.Path("log")));
        failure.File.ShouldBe(file);
        failure.Message.ShouldContain(problem);
        (await _case.Lake.ListImportsAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("SELECT 10 AS track_id, 1 AS artists, [1] AS albums, [1] AS genres", "the column artists is of type INTEGER")]
    [InlineData("SELECT 10 AS track_id, [1] AS artists, [[1]] AS albums, [1] AS genres", "the column albums is of type INTEGER[][]")]
    [InlineData("SELECT 10 AS track_id, [1] AS artists, [1] AS albums", "has no column genres")]
    public async Task A_wrong_column_of_tracks_is_named(string sql, string problem)
    {
        WriteTracks("");
        WriteInteractions("", "INTEGER");
        var file = _case.WriteParquet("log/tracks.parquet", sql);
        var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("yandex", _case.Path("log")));
        failure.File.ShouldBe(file);
        failure.Message.ShouldContain(problem);
    }

    private void WriteTracks(string parquet)
    {
        _case.WriteParquet(
            "log/tracks.parquet",
            """
            SELECT * FROM (VALUES
                (10, [2, 1], [4, 3], [5]), (11, [1], [3], [5]),
                (NULL, [1], [3], [5]), (10, [1], [3], [5]),
                (13, []::INTEGER[], [3], [5]), (14, NULL, [3], [5]), (15, [99], [3], [5]), (16, [1, NULL], [3], [5]),
                (17, [1], NULL, [5]), (18, [1], [3, 1], [5]), (19, [1], [3], []::INTEGER[]), (20, [1], [3], [5, 6])
            ) AS tracks(track_id, artists, albums, genres)
            """,
            parquet);
        _case.WriteParquet(
            "log/catalog_names.parquet",
            """
            SELECT * FROM (VALUES
                (1, 'artist', 'Björk'), (2, 'artist', '坂本龍一'), (3, 'album', 'First Album'), (4, 'album', 'Second Album'), (5, 'genre', 'pop'),
                (6, 'genre', NULL), (10, 'track', 'It''s "One"'), (13, 'track', 'No Artist'), (10, 'artist', 'Not this')
            ) AS names(id, type, name)
            """,
            parquet);
    }

    private void WriteInteractions(string parquet, string idType) =>
        _case.WriteParquet(
            "log/interactions.parquet",
            $"""
            SELECT user_id::{idType} AS user_id, track_id::{idType} AS track_id, track_seq::SMALLINT AS track_seq, started_at::TIMESTAMP_NS AS started_at FROM (VALUES
                (1, 10, 1, '2022-01-01'), (1, 11, 2, '2022-01-01'), (1, 10, 3, '2022-01-01'), (1, 13, 4, '2022-01-03'), (2, 10, 1, '2022-05-01 10:30:00'),
                (NULL, 10, 1, '2022-01-01'), (2, 10, 2, NULL)
            ) AS rows(user_id, track_id, track_seq, started_at)
            """,
            parquet);
}
