using System.Security.Cryptography;
using System.Text;
using RecSys.Analytics.Imports;

namespace RecSys.Analytics.Tests.Imports;

public sealed class LastFmTests : IDisposable
{
    private const string Listens1K =
        "user_000001\t2009-05-04T23:08:57Z\tart-1\tDeep Dish\t\tPacha \"Ibiza\n"
        + "user_000001\t2009-05-04T13:54:10Z\tart-2\t坂本龍一\ttra-1\tComposition 0919 (Live)\n"
        + "user_000001\t2009-05-04T13:54:10Z\tart-2\t坂本龍一\ttra-1\tComposition 0919 (Live)\n"
        + "user_000002\t2009-05-05T13:54:10Z\tart-2\t坂本龍一\ttra-1\tComposition 0919\n"
        + "user_000002\t2009-05-05T14:00:00Z\tart-2\t坂本龍一\ttra-1\tComposition 0919\n"
        + "user_000002\t2009-05-05T15:00:00Z\t\tNobody 🎷\t\tNothing\n"
        + "user_000002\t\tart-1\tDeep Dish\t\tWhen\n"
        + "user_000002\t2009-05-05T15:00:00Z\tart-1\tDeep Dish\t\t\n"
        + "user_000003\t2010-05-05T15:00:00Z\tart-1\tDeep Dish\t\tLater\n"
        + "broken line without columns\n";

    private const string Profiles1K =
        "#id\tgender\tage\tcountry\tregistered\nuser_000001\tm\t\tJapan\tAug 13, 2006\nuser_000002\t\t22\tUnited States\t\n";

    private readonly ImportCase _case = new();

    public void Dispose() => _case.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData(".gz")]
    public async Task The_published_1K_pair_comes_in_at_the_level_of_tracks(string compression)
    {
        _case.Write("log/userid-timestamp-artid-artname-traid-traname.tsv" + compression, Listens1K);
        _case.Write("log/userid-profile.tsv" + compression, Profiles1K);

        var report = await _case.ImportAsync("lastfm-1k", new ImportOptions { Until = new DateTimeOffset(2009, 6, 20, 0, 0, 0, TimeSpan.Zero) }, _case.Path("log"));

        (report.Rows, report.Kept, report.Users).ShouldBe((10, 5, 2));
        ImportCase.Dropped(report.Rules).ShouldBe([("unparseable", 2), ("empty-id", 1), ("outside-period", 1), ("duplicate", 1)]);
        report.NamedByText.ShouldBe(2);
        report.Rules.Single(rule => rule.Rule == ImportRules.OutsidePeriod).Examples.ShouldHaveSingleItem().ShouldContain("\"Later\" by Deep Dish, 2010-05-05 15:00:00");
        var tracks = await (await _case.Queries.FindImportAsync("lastfm-1k"))!.ReadTracksAsync().ToDictionaryAsync(track => track.TrackId);
        tracks.Keys.Order().ShouldBe(new[] { NameId("Deep Dish\tPacha \"Ibiza"), NameId("Nobody 🎷\tNothing"), "tra-1" }.Order());
        tracks["tra-1"].ShouldSatisfyAllConditions(
            track => track.Title.ShouldBe("Composition 0919 (Live)", "the most frequent name, of equals the last"),
            track => track.ArtistIds.ShouldBe(["art-2"]),
            track => track.Artists.ShouldBe(["坂本龍一"]));
        tracks[NameId("Deep Dish\tPacha \"Ibiza")].Title.ShouldBe("Pacha \"Ibiza");
        tracks[NameId("Nobody 🎷\tNothing")].ArtistIds.ShouldBe(["Nobody 🎷"]);
        _case.Read("lastfm-1k", "users.parquet", "user_id, gender, age, country, signup").ShouldBe(
            [["user_000001", "m", null, "Japan", "2006-08-13"], ["user_000002", "", "22", "United States", null]]);
    }

    [Fact]
    public async Task The_1K_log_comes_in_at_the_level_of_artists()
    {
        var file = _case.Write("listens.tsv", Listens1K);

        var report = await _case.ImportAsync("lastfm-1k", new ImportOptions { Name = "artists", Level = ImportLevel.Artist }, file);

        (report.Rows, report.Kept, report.Tracks, report.NamedByText).ShouldBe((10, 7, 3, 1));
        var tracks = await (await _case.Queries.FindImportAsync("artists"))!.ReadTracksAsync().ToListAsync();
        tracks.Select(track => (track.TrackId, track.Title)).ShouldBe(
            new[] { ("art-1", "Deep Dish"), ("art-2", "坂本龍一"), (NameId("Nobody 🎷"), "Nobody 🎷") });
    }

    [Fact]
    public async Task The_published_360K_pair_comes_in_as_artists_with_plays()
    {
        _case.Write("log/usersha1-artmbid-artname-plays.tsv", "aa\tmbid-1\tbetty blowtorch\t2137\naa\t\tdie \"Ärzte\"\t1099\nbb\tmbid-1\tbetty blowtorch\t0\nbb\t\t\t3\n");
        _case.Write("log/usersha1-profile.tsv", "aa\tf\t22\tGermany\tFeb 1, 2007\nbb\tm\t\tMexico\t\n");

        var report = await _case.ImportAsync("lastfm-360k", _case.Path("log"));

        (report.Rows, report.Kept, report.Users, report.Tracks, report.Plays, report.Timed).ShouldBe((4, 2, 1, 2, 3_236, false));
        ImportCase.Dropped(report.Rules).ShouldBe([("empty-id", 1), ("weight-out-of-range", 1)]);
        (await (await _case.Queries.FindImportAsync("lastfm-360k"))!.ReadTracksAsync().ToListAsync()).Select(track => (track.TrackId, track.Title))
            .ShouldBe([("mbid-1", "betty blowtorch"), (NameId("die \"Ärzte\""), "die \"Ärzte\"")]);
        _case.Read("lastfm-360k", "users.parquet", "user_id, signup").ShouldBe([["aa", "2007-02-01"], ["bb", null]]);
    }

    [Fact]
    public async Task CSV_subsets_with_a_repeated_header_come_in()
    {
        var listens = _case.Write(
            "listens_first500.csv",
            "user_id,timestamp,artist_id,artist_name,track_id,track_name\n"
            + "userid,timestamp,artid,artname,traid,traname\n"
            + "user_1,2009-05-04T23:08:57Z,art-1,\"Dish, Deep\",,\"The \"\"Best\"\"\"\n"
            + "user_1,2009-05-04 13:54:10+00:00,art-2,坂本龍一,tra-1,Composition\n"
            + "user_id,timestamp,artist_id,artist_name,track_id,track_name\n"
            + "user_2,not a time,art-2,坂本龍一,tra-1,Composition\n");
        var profiles = _case.Write("profiles_first500.csv", "user_id,gender,age,country,signup\n#id,gender,age,country,registered\nuser_1,m,22.0,Peru,\"Aug 13, 2006\"\n");

        var report = await _case.ImportAsync("lastfm-csv", listens, profiles);

        (report.Rows, report.Kept, report.NamedByText).ShouldBe((5, 2, 1));
        ImportCase.Dropped(report.Rules).ShouldBe([("header-row", 2), ("unparseable", 1)]);
        var tracks = await (await _case.Queries.FindImportAsync("lastfm-csv"))!.ReadTracksAsync().ToListAsync();
        tracks.Select(track => (track.Title, track.Artist)).ShouldBe([("The \"Best\"", "Dish, Deep"), ("Composition", "坂本龍一")], ignoreOrder: true);
        _case.Read("lastfm-csv", "users.parquet", "user_id, age, country, signup").ShouldBe([["user_1", "22", "Peru", "2006-08-13"]]);

        var artists = await _case.ImportAsync("lastfm-csv", new ImportOptions { Level = ImportLevel.Artist }, listens);
        (artists.Kept, artists.Tracks, artists.NamedByText).ShouldBe((2, 2, 0));
    }

    [Theory]
    [InlineData("lastfm-1k", "a\tb\tc\n", "has 3 columns where 6 are needed")]
    [InlineData("lastfm-360k", "a\tb\tc\td\te\n", "has 5 columns where 4 are needed")]
    [InlineData("lastfm-csv", "who,when,what\n", "does not say which is the user")]
    public async Task Another_file_is_refused_by_its_first_line(string format, string text, string problem)
    {
        var file = _case.Write("some.csv", text);
        var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync(format, file));
        failure.File.ShouldBe(file);
        failure.Line.ShouldBe(1);
        failure.Message.ShouldContain(problem);
    }

    private static string NameId(string names) => "name-" + Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(names)));
}
