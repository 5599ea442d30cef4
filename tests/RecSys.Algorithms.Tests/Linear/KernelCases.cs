using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Tests.Linear;

/// <summary>Lengths around the widths of vectors and tiles, and random data for them.</summary>
internal static class KernelCases
{
    public static readonly int[] AllLengths = [0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 511, 512, 513];

    /// <summary>Sums of 513 products of numbers up to 1 differ by rounding alone by less than this.</summary>
    public const float Tolerance = 1e-4f;

    public static TheoryData<int> Lengths => [.. AllLengths];

    /// <summary>Random numbers in −1 … 1, padded with zeros to a multiple of 16 as every row of factors is.</summary>
    public static AlignedBuffer Padded(int length, int seed)
    {
        var random = new Random(seed);
        var buffer = new AlignedBuffer(Math.Max(Padding.Tile, Padding.RoundUp(length)));
        for (var i = 0; i < length; i++)
        {
            buffer.Span[i] = random.NextSingle() * 2 - 1;
        }

        return buffer;
    }

    /// <summary>Rows of random numbers, each padded to a multiple of 16.</summary>
    public static AlignedBuffer Rows(int count, int width, int seed)
    {
        var stride = Padding.RoundUp(width);
        var rows = new AlignedBuffer(Math.Max(Padding.Tile, (long)count * stride));
        for (var r = 0; r < count; r++)
        {
            Padded(width, seed + r).Span[..stride].CopyTo(rows.Span[(r * stride)..]);
        }

        return rows;
    }

    public static AlignedBuffer Copy(AlignedBuffer buffer)
    {
        var copy = new AlignedBuffer(buffer.Length);
        buffer.Span.CopyTo(copy.Span);
        return copy;
    }

    public static void ShouldEqual(AlignedBuffer actual, AlignedBuffer expected, float tolerance = Tolerance)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            actual.Span[i].ShouldBe(expected.Span[i], tolerance, $"at {i}");
        }
    }
}
