using RecSys.Data.Artifacts;

namespace RecSys.Data.Tests.Artifacts;

/// <summary>More bytes than one array or span can hold, straight from the writing side to the reading side.</summary>
public sealed class LargeArtifactTests
{
    [Fact]
    public async Task Matrix_of_more_than_two_gibibytes_passes_without_being_in_memory_at_once()
    {
        const int rows = 9_000_000;
        const int columns = 64;
        var row = new float[columns];
        var source = new MatrixSource("large", rows, columns, number =>
        {
            row[0] = number;
            row[^1] = -number;
            return row;
        });
        source.Header.PayloadBytes.ShouldBeGreaterThan(int.MaxValue);

        await using var reader = await ArtifactReader.OpenAsync("The artifact", ChunksOf(source).GetAsyncEnumerator());

        reader.ShouldNotBeNull();
        var block = new float[1_000 * columns];
        var wrong = 0;
        for (var number = 0; number < rows; number++)
        {
            var inBlock = number % 1_000;
            if (inBlock == 0)
            {
                await reader.ReadAsync<float>(block);
            }

            wrong += block[inBlock * columns] == number && block[(inBlock * columns) + columns - 1] == -number ? 0 : 1;
        }

        wrong.ShouldBe(0);
    }

    [Fact]
    public async Task Array_of_more_bytes_than_a_span_counts_is_written_whole()
    {
        // The system gives memory only for the pages that are written to: these are two.
        const int count = 270_000_000;
        var values = new long[count];
        values[0] = 1;
        values[^1] = 2;
        var source = new ArraySource<long>("large", ArtifactKind.Int64Array, count, [values]);
        source.Header.PayloadBytes.ShouldBeGreaterThan(int.MaxValue);

        await using var reader = await ArtifactReader.OpenAsync("The artifact", ChunksOf(source).GetAsyncEnumerator());

        reader.ShouldNotBeNull();
        var block = new long[1_000_000];
        var found = new List<(long Index, long Value)>();
        for (var start = 0; start < count; start += block.Length)
        {
            await reader.ReadAsync<long>(block);
            for (var index = block.AsSpan().IndexOfAnyExcept(0); index >= 0; index = block.AsSpan().IndexOfAnyExcept(0))
            {
                found.Add((start + index, block[index]));
                block[index] = 0;
            }
        }

        found.ShouldBe([(0, 1), (count - 1, 2)]);
    }

    private static async IAsyncEnumerable<byte[]> ChunksOf(ArtifactSource source)
    {
        // The reader is done with a chunk when it asks for the next, so one buffer does.
        var buffer = new byte[ArtifactStore.ChunkBytes];
        while (source.Fill(buffer) is > 0 and var length)
        {
            yield return length == buffer.Length ? buffer : buffer[..length];
        }

        await Task.CompletedTask;
    }
}
