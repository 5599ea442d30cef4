using System.Text;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;

namespace RecSys.Analytics.Tests.Imports;

/// <summary>Text that programs and people really write: several line breaks, quotes inside values, long lines.</summary>
public sealed class UnevenTextTests(ITestOutputHelper output) : IDisposable
{
    private readonly ImportCase _case = new();

    public void Dispose() => _case.Dispose();

    [Theory]
    [InlineData("u1\ti1\t1\r\nu2\ti2\t2\nu3\ti3\t3\r\n")]
    [InlineData("u1\ti1\t1\nu2\ti2\t2\r\nu3\ti3\t3")]
    [InlineData("u1\ti1\t1\ru2\ti2\t2\ru3\ti3\t3\r")]
    [InlineData("u1\ti1\t1\ru2\ti2\t2\ru3\ti3\t3")]
    [InlineData("u1\ti1\t1\r\nu2\ti2\t2\r\nu3\ti3\t3\r")]
    public async Task Lines_end_as_the_file_ends_them_and_kinds_may_be_mixed(string text)
    {
        foreach (var name in (string[])["a.tsv", "a.tsv.gz"])
        {
            var report = await _case.ImportAsync("triples", _case.Write(name, text));
            (report.Rows, report.Kept, report.Plays).ShouldBe((3, 3, 6));
        }
    }

    [Fact]
    public async Task A_carriage_return_inside_a_value_cuts_no_row()
    {
        var file = _case.Write("a.tsv", "aa\tmbid-1\tabba\rgold\t5\naa\tmbid-2\tqueen\r\t7\nbb\t\tqueen\r\t1\nbb\t\tqueen\t2\nb\rb\tmbid-1\tabba\t1\n");

        var report = await _case.ImportAsync("lastfm-360k", file);

        (report.Rows, report.Kept, report.Users, report.Tracks, report.Plays).ShouldBe((5, 3, 2, 3, 15));
        ImportCase.Dropped(report.Rules).ShouldBe([("invalid-id", 1), ("added-up", 1)]);
        (await (await _case.Queries.FindImportAsync("lastfm-360k"))!.ReadTracksAsync().ToListAsync()).Select(track => track.Title)
            .ShouldBe(["abba gold", "queen", "queen"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("ann,Royce da 5'9\" - Boom,4\nbob,Leave A Light On (7\"),3\nbob,Abba,1\n", 8)]
    [InlineData("ann,Leave A Light On (7\"),3\nbob,\"Royce da 5'9\"\" - Boom\",4\nbob,Abba,1\n", 8)]
    [InlineData("ann,12\",3\nbob,7\",4\nbob,\"a, b\",1\n", 8)]
    [InlineData("ann;12\";3\nbob;7\";4\nbob;\"a; b\";1\n", 8)]
    public async Task A_quote_inside_a_value_is_a_character_in_any_row(string text, double plays)
    {
        var rows = text.TrimEnd('\n').Split('\n');
        for (var shift = 0; shift < rows.Length; shift++)
        {
            var report = await _case.ImportAsync("triples", _case.Write("a.csv", string.Join('\n', [.. rows[shift..], .. rows[..shift]])));
            (report.Kept, report.Tracks, report.Plays).ShouldBe((3, 3, plays));
        }
    }

    [Theory]
    [InlineData("user,item,weight\nann,Abba,2\nbob,\"Feel It (From \"Invincible\")\",1\ncid,Abba,4\n", 3)]
    [InlineData("\"Heroes\" - Bowie,i,1\nann,Abba,2\n", 1)]
    public async Task A_quote_that_is_not_doubled_in_a_quoted_value_is_refused_with_its_line(string text, int line)
    {
        var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("triples", _case.Write("a.csv", text)));
        failure.Line.ShouldBe(line);
        failure.Message.ShouldContain("double quote");
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "")]
    [InlineData(false, ".gz")]
    public async Task A_line_longer_than_the_engine_takes_by_itself_is_read_whole(bool isLast, string compression)
    {
        const int Items = 300_000;
        var large = "large " + string.Join(' ', Enumerable.Range(0, Items).Select(item => $"i{item}"));
        large.Length.ShouldBeGreaterThan(2_000_000);
        var small = string.Concat(Enumerable.Range(0, 6_000).Select(user => $"u{user} i1 i2\n"));

        var report = await _case.ImportAsync("adjacency", _case.Write("a.txt" + compression, isLast ? small + large : large + "\n" + small));

        (report.Rows, report.Kept, report.Users, report.Tracks).ShouldBe((Items + 12_000, Items + 12_000, 6_001, Items));
    }

    [Fact]
    public async Task Text_in_UTF_16_is_refused_as_what_it_is()
    {
        var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("triples", _case.Write("a.csv", "\uFEFFu,i,1\n", Encoding.Unicode)));
        failure.Message.ShouldContain("UTF-16");
        failure.Message.ShouldContain("iconv -f utf-16");
    }

    [Theory]
    [InlineData("user,artist,title,plays\nann,Abba,Gold,2\nann,Queen,Gold,3\nbob,Abba,Gold,1\nann,Abba,Gold,4\n", 2, 10)]
    [InlineData("user,artist,track,plays\nann,Abba,Gold,2\nann,Queen,Gold,3\nbob,Abba,Gold,1\nann,Abba,Gold,4\n", 2, 10)]
    [InlineData("user,artist_name,song,plays\nann,Abba,Gold,2\nann,Queen,Gold,3\nbob,Abba,Gold,1\nann,Abba,Gold,4\n", 2, 10)]
    [InlineData("user,artist,title,item_id,plays\nann,Abba,Gold,1,2\nann,Queen,Gold,2,3\nbob,Abba,Gold,1,1\nann,Abba,Gold,1,4\n", 2, 10)]
    [InlineData("user,artist,plays\nann,Abba,2\nann,Queen,3\nbob,Abba,1\nann,Abba,4\n", 2, 10)]
    public async Task Artist_and_title_are_the_track_and_totals_of_a_pair_add_up(string text, long tracks, double plays)
    {
        var report = await _case.ImportAsync("triples", _case.Write("a.csv", text));

        (report.Rows, report.Kept, report.Tracks, report.Plays).ShouldBe((4, 3, tracks, plays));
        ImportCase.Dropped(report.Rules).ShouldBe([("added-up", 1)]);
        report.Dropped.ShouldBe(0, "nothing is lost");
        (await _case.Queries.ReadInteractionsAsync(InteractionQuery.All)).Plays.ShouldBe([6, 3, 1], ignoreOrder: true);
    }

    [Fact]
    public async Task A_rating_given_twice_stays_a_rating_and_the_example_is_the_row_that_went()
    {
        var report = await _case.ImportAsync("triples", _case.Write("a.csv", "user,item,rating\nann,i,5\nann,i,2\n"));

        report.Plays.ShouldBe(5);
        report.Rules.Single(rule => rule.Rule == ImportRules.Duplicate).Examples.ShouldHaveSingleItem().ShouldEndWith("weight 2.0");
    }

    [Theory]
    [InlineData("artist,title,plays\nAbba,Gold,2\n", "which is the user.")]
    [InlineData("user,title,plays\nann,Gold,2\n", "which is the item.")]
    [InlineData("user,artist,title\nann,Abba,Gold\n", "which is the weight.")]
    [InlineData("who,what,much\nann,Gold,2\n", "which is the user, the item and the weight.")]
    public async Task The_columns_that_are_missing_are_named(string text, string problem) =>
        (await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("triples", _case.Write("a.csv", text)))).Message.ShouldContain(problem);

    [Theory]
    [InlineData("u1;i1;3,5\nu2;i2;4,5\n", "point instead of a comma")]
    [InlineData("user;item;weight\nu1;i1;3,5\nu2;i2;4,5\n", "point instead of a comma")]
    [InlineData("user,item,weight\n,i1,3\n", "columns of user and track")]
    public async Task The_advice_is_for_the_rule_that_dropped_most(string text, string remedy) =>
        (await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("triples", _case.Write("a.csv", text)))).Message.ShouldContain(remedy);

    [Fact]
    public async Task A_log_without_times_is_not_asked_for_a_period()
    {
        var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync(
            "triples", new ImportOptions { Since = DateTimeOffset.UnixEpoch.AddYears(40) }, _case.Write("a.csv", "u,i,1\n")));
        failure.Message.ShouldContain("has no times, which --since needs");
    }

    [Fact]
    public async Task The_files_that_went_wrong_elsewhere_come_out_as_they_should()
    {
        if (RealData.FindCase("01-carriage-returns/usersha1-artmbid-artname-plays.tsv", output) is not { } returns
            || RealData.FindCase("02-quotes", output) is not { } quotes || RealData.FindCase("05-long-line/train.txt.gz", output) is not { } longLine)
        {
            return;
        }

        var artists = await _case.ImportAsync("lastfm-360k", returns);
        (artists.Kept, artists.Users, artists.Tracks, artists.Plays).ShouldBe((4, 2, 3, 2_150));
        foreach (var name in (string[])["inch-first.csv", "inch-quoted.csv"])
        {
            var report = await _case.ImportAsync("triples", Path.Combine(quotes, name));
            (report.Kept, report.Tracks, report.Plays).ShouldBe((5, 3, 15));
        }

        (await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("triples", Path.Combine(quotes, "unescaped.csv")))).Line.ShouldBe(3);
        (await _case.ImportAsync("adjacency", longLine)).Kept.ShouldBe(280_004);
    }
}
