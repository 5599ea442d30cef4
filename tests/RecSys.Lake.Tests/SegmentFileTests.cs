using System.Buffers.Binary;
using RecSys.Analytics.Listens;
using RecSys.Lake.DuckDb;
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

        using var database = DuckDbDatabase.Open(new DuckDbSettings(1, 64 << 20, _folder.File("spill")));
        using var connection = database.Connect();
        using var rows = connection.Query(
            $"SELECT string_agg(name || ' ' || type || ' ' || coalesce(converted_type, ''), ', ') FROM parquet_schema({SqlText.Literal(segment)}) WHERE type IS NOT NULL",
            CancellationToken.None);
        using var chunk = rows.NextChunk();
        chunk!.Column(0).Text(0).ShouldBe(
            "user_id BYTE_ARRAY UTF8, track_id BYTE_ARRAY UTF8, listened_at INT64 TIMESTAMP_MICROS, played_share FLOAT , play_count INT32 INT_32");
        connection.QueryLong(
            $"SELECT count(*) FROM read_parquet({SqlText.Literal(segment)}) WHERE user_id = 'u' AND listened_at = '2025-03-14 12:00:00Z'::TIMESTAMPTZ AND played_share = 0.5 AND play_count = 2",
            CancellationToken.None).ShouldBe(1);
    }

    [Fact]
    public async Task Columns_that_others_add_to_a_segment_are_ignored_and_rows_without_ids_left_out()
    {
        await _lake.AppendAsync([new LakeListen("u", "t", Noon)]);
        var file = Path.Combine(Path.GetDirectoryName(Segments()[0])!, "foreign.parquet");
        using (var database = DuckDbDatabase.Open(new DuckDbSettings(1, 64 << 20, _folder.File("spill"))))
        {
            using var connection = database.Connect();
            connection.Execute(
                $"COPY (SELECT * FROM (VALUES ('device', 1::INTEGER, 't2', 'u2', make_timestamptz(5), NULL::FLOAT), ('device', 1, 't3', NULL, make_timestamptz(5), NULL)) v (extra, play_count, track_id, user_id, listened_at, played_share)) TO {SqlText.Literal(file)} (FORMAT parquet)",
                CancellationToken.None);
        }

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
        await _lake.AppendAsync([new LakeListen("u", "t", Noon), new LakeListen("u", "t", Noon.AddDays(1))]);
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
                using (var database = DuckDbDatabase.Open(new DuckDbSettings(1, 64 << 20, _folder.File("spill"))))
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

    private string[] Segments() =>
        [.. Directory.GetFiles(_lake.RootFolder, "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
