using RecSys.Analytics.Engine;
using RecSys.Lake.Exports;
using RecSys.TestKit;

namespace RecSys.Lake.Tests.Exports;

/// <summary>Tables of lists, read by others.</summary>
public sealed class ListExporterTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lists_with_sources_are_read_alike_by_DuckDB_and_hyparquet()
    {
        var file = _folder.File("recommendations.parquet");
        TrackList[] lists =
        [
            new("ann", ["t-1", "\U0001F3B5", "t-2"], [3, 2.5f, -1], ["als,similar", "popular", "als"]),
            new("nobody", [], [], []),
            new("\uFF5E", ["t-1"], [0], ["als,popular,next"]),
        ];

        (await new ListExporter().WriteListsAsync(
            file, new ListColumns("user_id", "track_id", HasSources: true), lists.ToAsyncEnumerable(), TestContext.Current.CancellationToken)).ShouldBe(4);

        Describe(file).ShouldBe("user_id VARCHAR, track_id VARCHAR, score FLOAT, sources VARCHAR[], rank INTEGER");
        Text($"SELECT string_agg(concat_ws(' ', user_id, track_id, score, array_to_string(sources, '+'), rank), '; ') FROM {Table(file)}")
            .ShouldBe("ann t-1 3.0 als+similar 1; ann \U0001F3B5 2.5 popular 2; ann t-2 -1.0 als 3; \uFF5E t-1 0.0 als+popular+next 1");
        (await RowsAsync(file)).ShouldBe(
        [
            """{"user_id":"ann","track_id":"t-1","score":3,"sources":["als","similar"],"rank":1}""",
            """{"user_id":"ann","track_id":"🎵","score":2.5,"sources":["popular"],"rank":2}""",
            """{"user_id":"ann","track_id":"t-2","score":-1,"sources":["als"],"rank":3}""",
            """{"user_id":"～","track_id":"t-1","score":0,"sources":["als","popular","next"],"rank":1}""",
        ]);
    }

    [Fact]
    public async Task Popular_tracks_keep_their_columns()
    {
        var file = _folder.File("top_popular.parquet");

        (await new ListExporter(LakeCompression.Snappy).WritePopularAsync(
            file, [new("t-1", 5_000_000_000, 6_000_000_000, 1, 1), new("t-2", 1, 2, 0, 2)], TestContext.Current.CancellationToken)).ShouldBe(2);

        Describe(file).ShouldBe("track_id VARCHAR, listeners BIGINT, plays BIGINT, rating FLOAT, rank INTEGER");
        (await RowsAsync(file)).ShouldBe(
        [
            """{"track_id":"t-1","listeners":"5000000000","plays":"6000000000","rating":1,"rank":1}""",
            """{"track_id":"t-2","listeners":"1","plays":"2","rating":0,"rank":2}""",
        ]);
    }

    [Fact]
    public async Task A_table_without_rows_has_its_columns()
    {
        var (lists, popular) = (_folder.File("lists.parquet"), _folder.File("popular.parquet"));
        (await new ListExporter().WriteListsAsync(
            lists, new ListColumns("user_id", "track_id", HasSources: true), AsyncEnumerable.Empty<TrackList>(), TestContext.Current.CancellationToken)).ShouldBe(0);
        (await new ListExporter().WritePopularAsync(popular, [], TestContext.Current.CancellationToken)).ShouldBe(0);

        Describe(lists).ShouldBe("user_id VARCHAR, track_id VARCHAR, score FLOAT, sources VARCHAR[], rank INTEGER");
        (await RowsAsync(lists)).ShouldBeEmpty();
        (await RowsAsync(popular)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(LakeCompression.Zstd)]
    [InlineData(LakeCompression.Snappy)]
    public async Task Many_lists_of_indices_and_of_texts_are_the_same_rows(LakeCompression compression)
    {
        // Several row groups, whose ends are within lists of no common length.
        const int Owners = 4_000;
        string[] owners = [.. Enumerable.Range(0, Owners).Select(owner => $"user-{owner}-\u00FC")];
        string[] tracks = [.. Enumerable.Range(0, 500).Select(track => new string((char)('a' + (track % 26)), track % 40) + track)];
        IndexedList[] lists = [.. Enumerable.Range(0, Owners).Select(owner => new IndexedList(
            owner,
            Enumerable.Range(0, owner % 61).Select(place => ((owner * 31) + (place * 7)) % tracks.Length).ToArray(),
            Enumerable.Range(0, owner % 61).Select(place => 1f / (place + 1)).ToArray()))];
        var (byIndex, byText) = (_folder.File("index.parquet"), _folder.File("text.parquet"));
        var columns = new ListColumns("user_id", "track_id");

        var rows = await new ListExporter(compression).WriteListsAsync(
            byIndex, columns, owners, tracks, lists.Chunk(64).ToAsyncEnumerable<IReadOnlyList<IndexedList>>(), TestContext.Current.CancellationToken);
        (await new ListExporter(compression).WriteListsAsync(
            byText,
            columns,
            lists.Select(list => new TrackList(
                owners[list.OwnerIndex], [.. list.TrackIndices.ToArray().Select(track => tracks[track])], list.Scores.ToArray())).ToAsyncEnumerable(),
            TestContext.Current.CancellationToken)).ShouldBe(rows);

        rows.ShouldBe(lists.Sum(list => list.TrackIndices.Length));
        Text($"SELECT count(*)::VARCHAR FROM ({Table(byIndex, "SELECT * FROM ")} EXCEPT ALL {Table(byText, "SELECT * FROM ")})").ShouldBe("0");
        Text($"SELECT count(*)::VARCHAR FROM {Table(byText)}").ShouldBe($"{rows}");
        var last = lists[^1];
        Text($"SELECT string_agg(track_id, ',' ORDER BY rank) FROM {Table(byText)} WHERE user_id = '{owners[^1]}'")
            .ShouldBe(string.Join(',', last.TrackIndices.ToArray().Select(track => tracks[track])));
    }

    private static string Table(string file, string prefix = "") => $"{prefix}read_parquet({SqlText.Literal(file)})";

    private static async Task<string[]> RowsAsync(string file) =>
        [.. (await NodePackages.ReadParquetAsync(file)).GetProperty("rows").EnumerateArray().Select(row => row.GetRawText())];

    private string Describe(string file) => Text($"SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE SELECT * FROM {Table(file)})");

    private string Text(string sql)
    {
        using var database = QueryEngine.Open(new LakeEngineOptions { Threads = 1, MemoryLimitBytes = 256 << 20, TempFolder = _folder.File("spill") });
        using var connection = database.Connect();
        return connection.ReadRow(sql, row => row.GetString(0), CancellationToken.None);
    }
}
