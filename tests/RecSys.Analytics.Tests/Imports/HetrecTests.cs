using System.IO.Compression;
using System.Text;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Lake;
using RecSys.TestKit;

namespace RecSys.Analytics.Tests.Imports;

public sealed class HetrecTests : IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly TempFolder _folder = new();
    private readonly ListenLake _lake;
    private readonly LakeQueries _queries;

    public HetrecTests(ITestOutputHelper output)
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
    public async Task The_published_data_set_comes_in_whole_with_its_names()
    {
        if (RealData.Find("hetrec2011-lastfm-2k", _output) is not { } data)
        {
            return;
        }

        var report = await new LogImporter(_queries).ImportAsync("hetrec", [data]);

        report.Rows.ShouldBe(92_834);
        report.Kept.ShouldBe(92_834);
        report.Users.ShouldBe(1_892);
        report.Tracks.ShouldBe(17_632);
        report.NamedTracks.ShouldBe(17_632);
        report.Rules.ShouldAllBe(rule => rule.Dropped == 0);

        var cells = await _queries.ReadInteractionsAsync(InteractionQuery.All);
        cells.CellCount.ShouldBe(92_834);
        cells.UserIds.Length.ShouldBe(1_892);
        cells.TrackIds.Length.ShouldBe(17_632);
        Enumerable.Range(0, cells.CellCount).Sum(cell => (double)cells.Plays[cell]).ShouldBe(report.Plays);
        cells.LastListenedAt.ShouldAllBe(time => time == 0);

        var tracks = await (await _queries.FindImportAsync("hetrec"))!.ReadTracksAsync().ToDictionaryAsync(track => track.TrackId);
        tracks.Count.ShouldBe(17_632);
        tracks["1"].Title.ShouldBe("MALICE MIZER");
        tracks["51"].Title.ShouldBe("Duran Duran");
        tracks["51"].Genres.ShouldContain("new wave");
    }

    [Theory]
    [InlineData("")]
    [InlineData(".gz")]
    public async Task Plays_names_and_most_used_tags_come_from_the_files(string compression)
    {
        Write("user_artists.dat", "userID\tartistID\tweight\n2\t51\t13883\n2\t52\t11690\n3\t51\t7\n", compression);
        Write("artists.dat", "id\tname\turl\tpictureURL\n51\tDuran \"Duran\tu\tp\n52\tMorcheeba\tu\tp\n53\tNobody\tu\tp\n", compression);
        Write("tags.dat", "tagID\ttagValue\n1\tnew wave\n2\tcaf\u00e9\n3\talone\n", compression, Encoding.Latin1);
        Write(
            "user_taggedartists.dat",
            "userID\tartistID\ttagID\tday\tmonth\tyear\n1\t51\t2\t1\t4\t2009\n2\t51\t1\t1\t4\t2009\n3\t51\t1\t1\t4\t2009\n4\t51\t1\t1\t4\t2009\n4\t51\t2\t1\t4\t2009\n4\t51\t3\t1\t4\t2009\n",
            compression);

        var report = await new LogImporter(_queries).ImportAsync("hetrec", [_folder.File("data")]);

        report.Rows.ShouldBe(3);
        report.Kept.ShouldBe(3);
        report.Timed.ShouldBeFalse();
        report.NamedTracks.ShouldBe(3);
        var log = (await _queries.FindImportAsync("hetrec"))!;
        log.Report.Plays.ShouldBe(13_883 + 11_690 + 7);
        (await log.ReadListensAsync().ToListAsync()).ShouldBe(
        [
            new LakeListen("2", "51", LakeListen.UnknownTime, null, 13_883),
            new LakeListen("2", "52", LakeListen.UnknownTime, null, 11_690),
            new LakeListen("3", "51", LakeListen.UnknownTime, null, 7),
        ]);
        var tracks = await log.ReadTracksAsync().ToListAsync();
        tracks.Select(track => (track.TrackId, track.Title)).ShouldBe([("51", "Duran \"Duran"), ("52", "Morcheeba"), ("53", "Nobody")]);
        tracks[0].Genres.ShouldBe(["new wave", "caf\u00e9"]);
        tracks[0].GenreIds.ShouldBe(["1", "2"]);
        tracks[1].Genres.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_listens_alone_are_enough()
    {
        Write("user_artists.dat", "userID\tartistID\tweight\n2\t51\t13883\n");

        var report = await new LogImporter(_queries).ImportAsync("hetrec", [_folder.File("data/user_artists.dat")], "alone");

        report.NamedTracks.ShouldBe(0);
        (await _lake.ListImportsAsync()).ShouldBe(["alone"]);
        (await (await _queries.FindImportAsync("alone"))!.ReadTracksAsync().CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_folder_without_the_listens_says_which_file_is_missing()
    {
        Directory.CreateDirectory(_folder.File("data"));

        var failure = await Should.ThrowAsync<LakeInputException>(() => new LogImporter(_queries).ImportAsync("hetrec", [_folder.File("data")]));

        failure.Message.ShouldContain("user_artists.dat");
        (await _lake.ListImportsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_with_other_columns_is_refused_by_its_header()
    {
        Write("user_artists.dat", "userID\tweight\n2\t13883\n");

        var failure = await Should.ThrowAsync<LakeInputException>(() => new LogImporter(_queries).ImportAsync("hetrec", [_folder.File("data")]));

        failure.Line.ShouldBe(1);
        failure.Message.ShouldContain("userID, artistID, weight");
    }

    private void Write(string name, string text, string compression = "", Encoding? encoding = null)
    {
        Directory.CreateDirectory(_folder.File("data"));
        using Stream file = File.Create(_folder.File($"data/{name}{compression}"));
        using var stream = compression == ".gz" ? new GZipStream(file, CompressionLevel.Fastest) : file;
        stream.Write((encoding ?? Encoding.UTF8).GetBytes(text));
    }
}
