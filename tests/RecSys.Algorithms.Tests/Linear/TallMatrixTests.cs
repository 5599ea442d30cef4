using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Tests.Linear;

public sealed unsafe class TallMatrixTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(15, 8)]
    [InlineData(17, 33)]
    [InlineData(511, 16)]
    [InlineData(1100, 65)]
    public void The_gram_matrix_equals_plain_sums_for_any_number_of_threads(int rowCount, int width)
    {
        var rows = KernelCases.Rows(rowCount, width, 1);
        var stride = Padding.RoundUp(width);

        var gram = GramMatrix.Compute(rows.Pointer, rowCount, width, stride, 1, default);

        GramMatrix.Compute(rows.Pointer, rowCount, width, stride, 3, default).ShouldBe(gram);
        for (var r = 0; r < width; r++)
        {
            for (var c = 0; c < width; c++)
            {
                var sum = 0d;
                for (var i = 0; i < rowCount; i++)
                {
                    sum += (double)rows.Span[(i * stride) + r] * rows.Span[(i * stride) + c];
                }

                gram[(r * width) + c].ShouldBe(sum, 1e-6 * rowCount);
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(15, 8)]
    [InlineData(17, 33)]
    [InlineData(300, 16)]
    [InlineData(20, 520)]
    public void Rows_are_multiplied_by_the_square_matrix_and_padding_stays_zero(int rowCount, int width)
    {
        var rows = KernelCases.Rows(rowCount, width, 1);
        var stride = Padding.RoundUp(width);
        var random = new Random(2);
        var transposed = new double[width * width];
        for (var i = 0; i < transposed.Length; i++)
        {
            transposed[i] = random.NextDouble() - 0.5;
        }

        var rotated = KernelCases.Copy(rows);
        Rotation.Apply(rotated.Pointer, rowCount, stride, transposed, width, 2, default);

        for (var r = 0; r < rowCount; r++)
        {
            for (var c = 0; c < stride; c++)
            {
                var sum = 0d;
                for (var k = 0; k < width && c < width; k++)
                {
                    sum += rows.Span[(r * stride) + k] * transposed[(c * width) + k];
                }

                rotated.Span[(r * stride) + c].ShouldBe((float)sum, KernelCases.Tolerance);
            }
        }
    }

    [Fact]
    public void A_buffer_starts_at_a_cache_line_and_stays_there()
    {
        var buffer = new AlignedBuffer(100);
        var address = (nuint)buffer.Pointer;

        (address % 64).ShouldBe((nuint)0);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        ((nuint)buffer.Pointer).ShouldBe(address);
    }

    [Fact]
    public void More_than_an_array_holds_is_a_named_error() =>
        Should.Throw<AlgorithmException>(() => new AlignedBuffer(1L << 33)).Error.ShouldBe(AlgorithmError.TooLarge);
}
