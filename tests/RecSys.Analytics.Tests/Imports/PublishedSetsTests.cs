using RecSys.Analytics.Imports;
using RecSys.Lake;

namespace RecSys.Analytics.Tests.Imports;

/// <summary>Sets of many users that are published in layouts of their own: Yambda and RecBole's.</summary>
public sealed class PublishedSetsTests : IDisposable
{
    private readonly ImportCase _case = new();

    public void Dispose() => _case.Dispose();

    [Fact]
    public async Task Listens_of_Yambda_come_in_and_its_feedback_is_named()
    {
        _case.WriteParquet(
            "flat/listens.parquet",
            """
            SELECT * FROM (VALUES (100::UINTEGER, 0::UINTEGER, 8::UINTEGER, 1::UTINYINT, 95::USMALLINT, 170::UINTEGER), (100, 39420, 8, 0, 130, 170), (200, 39425, 9, 1, 0, 200))
                AS rows(uid, timestamp, item_id, is_organic, played_ratio_pct, track_length_seconds)
            """);
        _case.WriteParquet("flat/likes.parquet", "SELECT 100::UINTEGER AS uid, 1::UINTEGER AS timestamp, 8::UINTEGER AS item_id, 1::UTINYINT AS is_organic FROM range(3)");
        _case.WriteParquet("flat/embeddings.parquet", "SELECT 8::UINTEGER AS item_id, [0.5] AS embed");

        var report = await _case.ImportAsync("yambda", _case.Path("flat"));

        (report.Rows, report.Kept, report.Users, report.Tracks).ShouldBe((3, 3, 2, 2));
        report.LeftOut.ShouldBe(
            [new LeftOutFile("embeddings.parquet", null, "it has no listens"), new LeftOutFile("likes.parquet", 3, "feedback has no place in an import")]);
        (await (await _case.Queries.FindImportAsync("yambda"))!.ReadListensAsync().ToListAsync()).ShouldBe(
        [
            new LakeListen("100", "8", DateTimeOffset.UnixEpoch.AddMicroseconds(1), 0.95f),
            new LakeListen("100", "8", DateTimeOffset.UnixEpoch.AddSeconds(39_420), 1f),
            new LakeListen("200", "9", DateTimeOffset.UnixEpoch.AddSeconds(39_425), 0f),
        ]);
    }

    [Theory]
    [InlineData("likes.parquet", "SELECT 1 AS uid, 1 AS timestamp, 2 AS item_id", "has no listens.parquet")]
    [InlineData("listens.parquet", "SELECT 1 AS uid, [1] AS timestamp, [2] AS item_id, [3] AS played_ratio_pct", "the column item_id is of type INTEGER[]")]
    [InlineData("listens.parquet", "SELECT 1 AS uid, 1 AS timestamp, 2 AS item_id", "has no column played_ratio_pct")]
    [InlineData("events.parquet", "SELECT 1 AS uid, 1 AS timestamp, 2 AS item_id, 'like' AS event_type", "has events of several kinds")]
    public async Task Another_file_of_Yambda_is_refused(string name, string sql, string problem) =>
        (await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("yambda", _case.WriteParquet(name, sql)))).Message.ShouldContain(problem);

    [Fact]
    public async Task Atomic_files_of_RecBole_come_in_with_items_and_users()
    {
        _case.Write("set/ml.inter", "user_id:token\titem_id:token\trating:float\ttimestamp:float\nu1\ti1\t3\t1704067200\nu1\ti1\t5\t1704067200.0\nu2\ti2\tx\t1704067300\nu2\ti3\t4\t1704067300\n");
        _case.Write("set/ml.item", "item_id:token\tmovie_title:token_seq\tclass:token_seq\ni1\tToy Story\tAnimation Comedy\ni1\tToy Story again\t\n");
        _case.Write("set/ml.user", "user_id:token\tage:token\tgender:token\nu1\t24\tM\n");

        foreach (var path in (string[])["set", "set/ml.inter"])
        {
            var report = await _case.ImportAsync("recbole", _case.Path(path));

            (report.Rows, report.Kept, report.Plays).ShouldBe((4, 2, 9));
            ImportCase.Dropped(report.Rules).ShouldBe([("unparseable", 1), ("duplicate", 1)]);
            var track = (await (await _case.Queries.FindImportAsync("recbole"))!.ReadTracksAsync().ToListAsync()).ShouldHaveSingleItem();
            (track.Title, string.Join(',', track.Genres)).ShouldBe(("Toy Story", "Animation,Comedy"));
            _case.Read("recbole", "users.parquet", "user_id, gender, age").ShouldBe([["u1", "M", "24"]]);
        }
    }

    [Fact]
    public async Task Parts_of_RecBole_and_counts_without_times_are_one_log()
    {
        _case.Write("set/fm.train.inter", "user_id:token\tartist_id:token\tweight:float\ttag_value:token_seq\nu1\ta1\t3\tx y\n");
        _case.Write("set/fm.test.inter", "artist_id:token\tuser_id:token\tweight:float\na1\tu1\t4\n");

        var report = await _case.ImportAsync("recbole", _case.Path("set"));

        (report.Rows, report.Kept, report.Plays, report.Timed).ShouldBe((2, 1, 7, false));
    }

    [Theory]
    [InlineData("a.inter", "user_id\titem_id\nu\ti\n", "the column user_id of the header is no name:type")]
    [InlineData("a.inter", "user_id:token\titem_id:text\nu\ti\n", "the column item_id:text")]
    [InlineData("a.inter", "session_id:token\titem_id:token\nu\ti\n", "do not say which is the user")]
    [InlineData("a.inter", "user_id:token\tthing:token\nu\ti\n", "do not say which is the item")]
    [InlineData("a.csv", "user_id:token\titem_id:token\nu\ti\n", "has no file that ends in .inter")]
    public async Task A_header_that_is_not_understood_is_refused(string name, string text, string problem) =>
        (await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("recbole", _case.Write(name, text)))).Message.ShouldContain(problem);
}
