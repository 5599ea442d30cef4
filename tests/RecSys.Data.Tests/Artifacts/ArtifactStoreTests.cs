using System.Text;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;

namespace RecSys.Data.Tests.Artifacts;

public abstract class ArtifactStoreTests(MigratedDatabases databases, string provider) : DatabaseTests(databases, provider)
{
    private const string Version = "v1";

    private static readonly string[] Texts = ["", "a", "Björk", "椎名林檎", "👩‍🎤", new('x', 5_000), "line\nbreak", "last"];

    [Fact]
    public async Task Matrix_of_several_chunks_comes_back_bit_by_bit()
    {
        await BeginAsync();
        const int rows = 70_001;
        const int columns = 67;
        var random = new Random(1);
        var values = Enumerable.Range(0, rows * columns).Select(_ => BitConverter.Int32BitsToSingle(random.Next())).ToArray();

        await Database.Artifacts.WriteMatrixAsync(
            Version, ArtifactNames.AlsUserFactors, rows, columns, row => values.AsSpan(row * columns, columns), Cancellation);

        var matrix = await Database.Artifacts.ReadMatrixAsync(Version, ArtifactNames.AlsUserFactors, Cancellation);
        matrix.ShouldNotBeNull();
        (matrix.RowCount, matrix.ColumnCount).ShouldBe((rows, columns));
        BytesOf(matrix.Values).SequenceEqual(BytesOf(values)).ShouldBeTrue();
        matrix.Row(rows - 1).SequenceEqual(values.AsSpan(^columns)).ShouldBeTrue();
        await using var context = Database.Database.CreateContext();
        var lengths = context.ModelArtifacts.OrderBy(row => row.ChunkNumber).Select(row => row.Bytes.Length).ToArray();
        lengths.ShouldBe([8 << 20, 8 << 20, 40 + (rows * columns * 4) - (16 << 20)]);
    }

    /// <summary>Elements, rows, lengths and texts are cut by chunk ends at every place.</summary>
    [Theory]
    [InlineData(40)]
    [InlineData(41)]
    [InlineData(43)]
    [InlineData(64)]
    [InlineData(1_000)]
    public async Task Chunks_may_end_anywhere(int chunkBytes)
    {
        await BeginAsync();
        var artifacts = new ArtifactStore(Database.Database, Database.Models, chunkBytes);
        int[] ints = [0, 1, -1, int.MaxValue, int.MinValue, .. Enumerable.Range(0, 200)];
        long[] longs = [0, 1, -1, long.MaxValue, long.MinValue, .. Enumerable.Range(0, 100).Select(n => n * 3_000_000_000L)];
        var floats = Enumerable.Range(0, 60).Select(n => n / 7f).ToArray();
        byte[] bytes = [.. Enumerable.Range(0, 300).Select(n => (byte)n)];

        await artifacts.WriteInt32Async(Version, "ints", ints, Cancellation);
        await artifacts.WriteInt64Async(Version, "longs", longs, Cancellation);
        await artifacts.WriteMatrixAsync(Version, "floats", 12, 5, row => floats.AsSpan(row * 5, 5), Cancellation);
        await artifacts.WriteBytesAsync(Version, "bytes", bytes, Cancellation);
        await artifacts.WriteTextsAsync(Version, "texts", Texts[..5], Cancellation);

        // Read by a store that knows nothing of the size.
        (await Database.Artifacts.ReadInt32Async(Version, "ints", Cancellation)).ShouldBe(ints);
        (await Database.Artifacts.ReadInt64Async(Version, "longs", Cancellation)).ShouldBe(longs);
        (await Database.Artifacts.ReadMatrixAsync(Version, "floats", Cancellation)).ShouldNotBeNull().Values.ShouldBe(floats);
        (await Database.Artifacts.ReadBytesAsync(Version, "bytes", Cancellation)).ShouldBe(bytes);
        (await Database.Artifacts.ReadTextsAsync(Version, "texts", Cancellation)).ShouldBe(Texts[..5]);
    }

    [Fact]
    public async Task Empty_artifacts_are_not_missing_ones()
    {
        await BeginAsync();

        await Database.Artifacts.WriteInt32Async(Version, "ints", ReadOnlyMemory<int>.Empty, Cancellation);
        await Database.Artifacts.WriteTextsAsync(Version, "texts", [], Cancellation);
        await Database.Artifacts.WriteMatrixAsync(Version, "no rows", 0, 64, _ => [], Cancellation);
        await Database.Artifacts.WriteMatrixAsync(Version, "no columns", 3, 0, _ => [], Cancellation);

        (await Database.Artifacts.ReadInt32Async(Version, "ints", Cancellation)).ShouldNotBeNull().ShouldBeEmpty();
        (await Database.Artifacts.ReadTextsAsync(Version, "texts", Cancellation)).ShouldNotBeNull().ShouldBeEmpty();
        (await Database.Artifacts.ReadMatrixAsync(Version, "no rows", Cancellation)).ShouldNotBeNull().ColumnCount.ShouldBe(64);
        (await Database.Artifacts.ReadMatrixAsync(Version, "no columns", Cancellation)).ShouldNotBeNull().RowCount.ShouldBe(3);
        (await Database.Artifacts.ReadInt32Async(Version, "missing", Cancellation)).ShouldBeNull();
        (await Database.Artifacts.ReadMatrixAsync("unknown", "ints", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Segments_make_one_array_and_pieces_take_it_apart()
    {
        await BeginAsync();
        ReadOnlyMemory<int>[] segments = [new[] { 1, 2, 3 }, ReadOnlyMemory<int>.Empty, new[] { 4 }, new[] { 5, 6 }];

        await Database.Artifacts.WriteInt32Async(Version, "ints", 6, segments, Cancellation);

        await using var reader = await Database.Artifacts.OpenAsync(Version, "ints", Cancellation);
        reader.ShouldNotBeNull();
        reader.Header.ShouldBe(new ArtifactHeader(ArtifactKind.Int32Array, 6, 1, 24));
        var first = new int[4];
        var rest = new int[2];
        await reader.ReadAsync<int>(first);
        await reader.ReadAsync<int>(rest);
        first.ShouldBe([1, 2, 3, 4]);
        rest.ShouldBe([5, 6]);
        (await Should.ThrowAsync<InvalidDataException>(async () => await reader.ReadAsync<int>(first))).Message.ShouldContain("cut off");
    }

    [Fact]
    public async Task Rows_may_be_read_into_a_padded_layout()
    {
        await BeginAsync();
        await Database.Artifacts.WriteMatrixAsync(Version, "m", 2, 3, row => row == 0 ? [1, 2, 3] : [4, 5, 6], Cancellation);
        var padded = new float[2 * 4];

        await using (var reader = await Database.Artifacts.OpenAsync(Version, "m", Cancellation))
        {
            reader.ShouldNotBeNull();
            for (var row = 0; row < reader.Header.RowCount; row++)
            {
                await reader.ReadAsync(padded.AsMemory(row * 4, (int)reader.Header.ColumnCount));
            }
        }

        padded.ShouldBe([1, 2, 3, 0, 4, 5, 6, 0]);
    }

    [Fact]
    public async Task Artifact_of_another_kind_is_refused()
    {
        await BeginAsync();
        await Database.Artifacts.WriteInt32Async(Version, "ints", new[] { 1 }, Cancellation);

        (await Should.ThrowAsync<InvalidDataException>(() => Database.Artifacts.ReadInt64Async(Version, "ints", Cancellation)))
            .Message.ShouldBe("Artifact 'ints' of model version v1 is a Int32Array, not a Int64Array.");
        await Should.ThrowAsync<InvalidDataException>(() => Database.Artifacts.ReadTextsAsync(Version, "ints", Cancellation));
        await Should.ThrowAsync<InvalidDataException>(() => Database.Artifacts.ReadMatrixAsync(Version, "ints", Cancellation));
    }

    [Fact]
    public async Task Data_that_is_not_of_the_given_size_is_refused()
    {
        await BeginAsync();

        await Should.ThrowAsync<ArgumentException>(() =>
            Database.Artifacts.WriteMatrixAsync(Version, "a", 2, 3, _ => new float[2], Cancellation));
        await Should.ThrowAsync<ArgumentException>(() =>
            Database.Artifacts.WriteInt32Async(Version, "b", 3, [new[] { 1, 2 }], Cancellation));
        await Should.ThrowAsync<ArgumentException>(() =>
            Database.Artifacts.WriteInt32Async(Version, "c", 1, [new[] { 1, 2 }], Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Database.Artifacts.WriteTextsAsync(Version, "d", ["nul\0"], Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Database.Artifacts.WriteTextsAsync(Version, "e", ["🎵"[..1]], Cancellation));
    }

    [Fact]
    public async Task Bytes_that_are_missing_or_foreign_are_named()
    {
        await BeginAsync();
        var artifacts = new ArtifactStore(Database.Database, Database.Models, 64);
        await artifacts.WriteTextsAsync(Version, "texts", Texts, Cancellation);
        await artifacts.WriteInt32Async(Version, "ints", Enumerable.Range(0, 100).ToArray(), Cancellation);
        await Database.Models.WriteAsync<ModelArtifactRow>(
            Version,
            [
                new ModelArtifactRow("short", 0, [1, 2, 3]),
                new ModelArtifactRow("foreign", 0, Encoding.UTF8.GetBytes(new string('x', 100))),
                new ModelArtifactRow("lying", 0, Header(ArtifactKind.Int64Array, 4, 2, 1, 8)),
                new ModelArtifactRow("unknown kind", 0, Header((ArtifactKind)77, 4, 2, 1, 8)),
                new ModelArtifactRow("too many", 0, Header(ArtifactKind.TextList, 0, long.MaxValue, 1, 100)),
                new ModelArtifactRow("negative text", 0, [.. Header(ArtifactKind.TextList, 0, 1, 1, 4), 255, 255, 255, 255]),
                new ModelArtifactRow("long text", 0, [.. Header(ArtifactKind.TextList, 0, 1, 1, 4), 1, 0, 0, 0]),
            ],
            Cancellation);
        await using (var context = Database.Database.CreateContext())
        {
            context.RemoveRange(context.ModelArtifacts.Where(row => row.ChunkNumber == 3));
            await context.SaveChangesAsync(Cancellation);
        }

        foreach (var name in new[] { "texts", "short", "foreign", "lying", "unknown kind", "too many", "negative text", "long text" })
        {
            (await Should.ThrowAsync<InvalidDataException>(() => artifacts.ReadTextsAsync(Version, name, Cancellation), name))
                .Message.ShouldStartWith($"Artifact '{name}' of model version v1 ");
        }

        (await Should.ThrowAsync<InvalidDataException>(() => artifacts.ReadInt32Async(Version, "ints", Cancellation)))
            .Message.ShouldBe("Artifact 'ints' of model version v1 is cut off: 64 of 400 bytes are missing. Train a new version.");
    }

    [Fact]
    public async Task Write_that_was_broken_off_can_be_repeated()
    {
        await BeginAsync();
        var artifacts = new ArtifactStore(Database.Database, Database.Models, 64);
        await Should.ThrowAsync<IOException>(() => artifacts.WriteMatrixAsync(
            Version, "m", 100, 1, row => row == 90 ? throw new IOException("broken off") : new float[] { row }, Cancellation));

        await artifacts.WriteMatrixAsync(Version, "m", 20, 1, row => new float[] { -row }, Cancellation);

        (await artifacts.ReadMatrixAsync(Version, "m", Cancellation)).ShouldNotBeNull().Values
            .ShouldBe(Enumerable.Range(0, 20).Select(row => (float)-row));
        await using var context = Database.Database.CreateContext();
        context.ModelArtifacts.Count().ShouldBe(2);
    }

    private static byte[] Header(ArtifactKind kind, int elementSize, long rows, long columns, long payload)
    {
        var bytes = new byte[ArtifactHeader.Size];
        new ArtifactHeader(kind, rows, columns, payload).Write(bytes);
        BitConverter.TryWriteBytes(bytes.AsSpan(12), elementSize).ShouldBeTrue();
        return bytes;
    }

    private static Span<byte> BytesOf(float[] values) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan());

    private Task BeginAsync() => Database.Models.BeginAsync(Version, new Dictionary<string, string>(), Cancellation);
}

public sealed class PostgresArtifactStoreTests(MigratedDatabases databases) : ArtifactStoreTests(databases, DatabaseOptions.Postgres);

public sealed class SqliteArtifactStoreTests(MigratedDatabases databases) : ArtifactStoreTests(databases, DatabaseOptions.Sqlite);
