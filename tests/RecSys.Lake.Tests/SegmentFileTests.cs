using System.Buffers.Binary;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Upkeep;
using RecSys.Lake.Storage;
using RecSys.TestKit;

namespace RecSys.Lake.Tests;

public sealed class SegmentFileTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2025, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly ListenLake _lake;
    private readonly LakeQueries _queries;

    public SegmentFileTests()
    {
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
    public async Task A_segment_is_a_Parquet_file_that_any_reader_understands()
    {
        await _lake.AppendAsync([new LakeListen("u", "t", Noon, 0.5f, 2), new LakeListen("u2", "t", Noon)]);
        var segment = Segments().ShouldHaveSingleItem();

        // The format's frame: magic, …, footer, the footer's length, magic.
        var bytes = await File.ReadAllBytesAsync(segment);
        bytes.AsSpan(0, 4).SequenceEqual("PAR1"u8).ShouldBeTrue();
        bytes.AsSpan(bytes.Length - 4).SequenceEqual("PAR1"u8).ShouldBeTrue();
        BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(bytes.Length - 8)).ShouldBeInRange(1, bytes.Length - 12);

        using var database = QueryEngine.Open(new LakeEngineOptions { Threads = 1, MemoryLimitBytes = 64 << 20, TempFolder = _folder.File("spill") });
        using var connection = database.Connect();
        connection.ReadRow(
            $"SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE SELECT * FROM read_parquet({SqlText.Literal(segment)}, hive_partitioning = false))",
            row => row.GetString(0),
            CancellationToken.None)
            .ShouldBe("user_id VARCHAR, track_id VARCHAR, listened_at TIMESTAMP WITH TIME ZONE, played_share FLOAT, play_count INTEGER");
        connection.QueryLong(
            $"SELECT count(*) FROM read_parquet({SqlText.Literal(segment)}) WHERE user_id = 'u' AND listened_at = '2025-03-14 12:00:00Z'::TIMESTAMPTZ AND played_share = 0.5 AND play_count = 2",
            CancellationToken.None).ShouldBe(1);

        // The same by a reader of others.
        var read = await NodePackages.ReadParquetAsync(segment);
        read.GetProperty("columns").EnumerateArray().Select(column => $"{column.GetProperty("name")} {column.GetProperty("type")}").ShouldBe(
            ["user_id BYTE_ARRAY", "track_id BYTE_ARRAY", "listened_at INT64", "played_share FLOAT", "play_count INT32"]);
        read.GetProperty("rows").EnumerateArray().Select(row => row.GetRawText()).ShouldBe(
        [
            """{"user_id":"u","track_id":"t","listened_at":"2025-03-14T12:00:00.000Z","played_share":0.5,"play_count":2}""",
            """{"user_id":"u2","track_id":"t","listened_at":"2025-03-14T12:00:00.000Z","played_share":null,"play_count":1}""",
        ]);
    }

    [Theory]
    [InlineData(LakeCompression.Zstd)]
    [InlineData(LakeCompression.Snappy)]
    public async Task What_is_asked_for_by_id_or_time_is_found_in_every_row_group(LakeCompression compression)
    {
        // Readers skip row groups by their statistics, which must be in the order of UTF-8 (U+FF5E before U+1F3B5) and in microseconds.
        const int Rows = 100_000;
        string[] ids = ["a", "\uFF5E", "\U0001F3B5", "\u00FC"];
        using var lake = new ListenLake(_folder.File("other"), new LakeEngineOptions { Compression = compression });
        await lake.AppendAsync([.. Enumerable.Range(0, Rows).Select(i => new LakeListen(ids[i % 4], $"t{i}", Noon.AddTicks(i * 10L), i % 3 == 0 ? null : i / (float)Rows))]);
        var segment = Directory.GetFiles(lake.RootFolder, "*.parquet", SearchOption.AllDirectories).ShouldHaveSingleItem();

        using var database = QueryEngine.Open(new LakeEngineOptions { Threads = 1, MemoryLimitBytes = 64 << 20, TempFolder = _folder.File("spill") });
        using var connection = database.Connect();
        long Count(string what, string where) => connection.QueryLong(
            $"SELECT count({what}) FROM read_parquet({SqlText.Literal(segment)}) WHERE {where}", CancellationToken.None);
        foreach (var id in ids)
        {
            Count("*", $"user_id = {SqlText.Literal(id)}").ShouldBe(Rows / 4);
        }

        foreach (var i in new[] { 0, 1, 32_767, 32_768, 65_536, Rows - 1 })
        {
            Count("*", $"listened_at = make_timestamptz({Microseconds(Noon) + i}) AND track_id = 't{i}'").ShouldBe(1);
            Count("*", $"listened_at < make_timestamptz({Microseconds(Noon) + i})").ShouldBe(i);
        }

        Count("played_share", "true").ShouldBe(Rows - ((Rows + 2) / 3));
        connection.QueryLong(
            $"SELECT count(*) FROM parquet_metadata({SqlText.Literal(segment)}) WHERE path_in_schema = 'listened_at' AND compression = '{compression.ToString().ToUpperInvariant()}' AND row_group_num_rows <= 32768",
            CancellationToken.None).ShouldBe(4);
    }

    [Fact]
    public async Task A_segment_that_cannot_get_its_name_leaves_nothing_in_progress()
    {
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(_lake.RootFolder).FullName, "listens"), "a file is in the way");

        await Should.ThrowAsync<IOException>(() => _lake.AppendAsync([new LakeListen("u", "t", Noon)]));

        Directory.GetFileSystemEntries(Path.Combine(_lake.RootFolder, ".staging")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_on_a_full_disk_is_one_line_that_names_it()
    {
        // A device that takes nothing, as a disk without room.
        var schema = new TableSchema(TableColumn.Number<int>("number"));
        await using var writer = await schema.CreateAsync("/dev/full", LakeCompression.Zstd);
        var failure = await Should.ThrowAsync<IOException>(async () =>
        {
            await writer.WriteGroupAsync(group => group.WriteAsync<int>(schema[0], new int[100]));
            await writer.CompleteAsync();
        });
        failure.Message.ShouldStartWith("/dev/full can't be written: No space left on device");
    }

    [Fact]
    public async Task A_file_of_another_program_is_taken_in_without_its_other_columns_and_rows_without_ids()
    {
        await _lake.AppendAsync([new LakeListen("u", "t", Noon)]);
        var file = _folder.File("foreign.parquet");
        using (var database = QueryEngine.Open(new LakeEngineOptions { Threads = 1, MemoryLimitBytes = 64 << 20, TempFolder = _folder.File("spill") }))
        {
            using var connection = database.Connect();
            connection.Execute(
                $"COPY (SELECT * FROM (VALUES ('device', 1::INTEGER, 't2', 'u2', make_timestamptz(5), NULL::FLOAT), ('device', 1, 't3', NULL, make_timestamptz(5), NULL)) v (extra, play_count, track_id, user_id, listened_at, played_share)) TO {SqlText.Literal(file)} (FORMAT parquet)",
                CancellationToken.None);
        }

        (await new LakeUpkeep(_queries).AddFileAsync(file)).ShouldBe((1, 1));

        var cells = await _queries.ReadInteractionsAsync(InteractionQuery.All);
        cells.UserIds.ShouldBe(["u", "u2"]);
        cells.TrackIds.ShouldBe(["t", "t2"]);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("empty")]
    [InlineData("cut")]
    [InlineData("columns")]
    public async Task A_damaged_segment_is_named(string damage)
    {
        await _lake.AppendAsync([new LakeListen("u", "t", Noon)]);
        await _lake.AppendAsync([new LakeListen("u", "t", Noon.AddDays(1))]);
        var segment = Segments()[1];
        switch (damage)
        {
            case "garbage":
                await File.WriteAllTextAsync(segment, new string('x', 4_000));
                break;
            case "empty":
                await File.WriteAllBytesAsync(segment, []);
                break;
            case "cut":
                await File.WriteAllBytesAsync(segment, (await File.ReadAllBytesAsync(segment))[..^9]);
                break;
            default:
                using (var database = QueryEngine.Open(new LakeEngineOptions { Threads = 1, MemoryLimitBytes = 64 << 20, TempFolder = _folder.File("spill") }))
                {
                    using var connection = database.Connect();
                    connection.Execute($"COPY (SELECT 1 AS something) TO {SqlText.Literal(segment)} (FORMAT parquet)", CancellationToken.None);
                }

                break;
        }

        (await Should.ThrowAsync<LakeCorruptException>(() => _queries.ReadInteractionsAsync(InteractionQuery.All))).File.ShouldBe(segment);
        (await Should.ThrowAsync<LakeCorruptException>(() => _queries.CountListensAsync())).Message.ShouldContain(segment);
        (await Should.ThrowAsync<LakeCorruptException>(async () => await _queries.ReadListensAsync(InteractionQuery.All).CountAsync())).File.ShouldBe(segment);

        // Other dates can still be read.
        (await _queries.ReadInteractionsAsync(new InteractionQuery { Before = Noon.AddHours(1) })).CellCount.ShouldBe(1);
    }

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / 10;

    private string[] Segments() =>
        [.. Directory.GetFiles(_lake.RootFolder, "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
