using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Tests.Linear;

public sealed class SymmetricEigenTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(17)]
    [InlineData(64)]
    [InlineData(130)]
    public void Eigenvectors_are_orthonormal_and_rebuild_the_matrix(int size)
    {
        var random = new Random(size);
        var matrix = new double[size * size];
        for (var r = 0; r < size; r++)
        {
            for (var c = 0; c <= r; c++)
            {
                matrix[(r * size) + c] = matrix[(c * size) + r] = random.NextDouble() - 0.5;
            }
        }

        ShouldDecompose(matrix, size);
    }

    [Fact]
    public void Matrices_with_repeated_and_zero_eigenvalues_are_decomposed()
    {
        var identity = new double[25];
        for (var k = 0; k < 5; k++)
        {
            identity[(k * 5) + k] = 3;
        }

        ShouldDecompose(identity, 5);
        ShouldDecompose(new double[36], 6);

        var rankOne = new double[49];
        for (var r = 0; r < 7; r++)
        {
            for (var c = 0; c < 7; c++)
            {
                rankOne[(r * 7) + c] = (r + 1) * (c + 1) * 1e6;
            }
        }

        ShouldDecompose(rankOne, 7);
    }

    [Theory]
    [InlineData(1e-20)]
    [InlineData(1e-140)]
    [InlineData(1e+100)]
    public void Matrices_of_low_rank_and_any_scale_are_decomposed(double scale)
    {
        const int Size = 130;
        var random = new Random(4);
        var matrix = new double[Size * Size];
        for (var i = 0; i < 5; i++)
        {
            var vector = Enumerable.Range(0, Size).Select(_ => random.NextDouble() - 0.5).ToArray();
            for (var r = 0; r < Size; r++)
            {
                for (var c = 0; c < Size; c++)
                {
                    matrix[(r * Size) + c] += scale * vector[r] * vector[c];
                }
            }
        }

        ShouldDecompose(matrix, Size);
    }

    [Fact]
    public void Threads_do_not_change_the_result()
    {
        const int Size = 257;
        var random = new Random(4);
        var matrix = new double[Size * Size];
        for (var r = 0; r < Size; r++)
        {
            for (var c = 0; c <= r; c++)
            {
                matrix[(r * Size) + c] = matrix[(c * Size) + r] = random.NextDouble() - 0.5;
            }
        }

        var (values, vectors) = SymmetricEigen.Decompose([.. matrix], Size, threadCount: 1);
        var (otherValues, otherVectors) = SymmetricEigen.Decompose([.. matrix], Size, threadCount: 3);

        otherValues.ShouldBe(values);
        otherVectors.ShouldBe(vectors);
        ShouldBeTheDecomposition(values, vectors, matrix, Size);
    }

    private static void ShouldDecompose(double[] matrix, int size)
    {
        var (values, vectors) = SymmetricEigen.Decompose([.. matrix], size, threadCount: 1);
        ShouldBeTheDecomposition(values, vectors, matrix, size);
    }

    private static void ShouldBeTheDecomposition(double[] values, double[] vectors, double[] matrix, int size)
    {
        for (var k = 1; k < size; k++)
        {
            values[k].ShouldBeLessThanOrEqualTo(values[k - 1]);
        }

        var scale = Math.Max(double.Epsilon, matrix.Max(Math.Abs));
        double worstProduct = 0, worstRebuilt = 0;
        for (var r = 0; r < size; r++)
        {
            for (var c = 0; c < size; c++)
            {
                var product = 0d;
                var rebuilt = 0d;
                for (var k = 0; k < size; k++)
                {
                    product += vectors[(r * size) + k] * vectors[(c * size) + k];
                    rebuilt += values[k] * vectors[(k * size) + r] * vectors[(k * size) + c];
                }

                worstProduct = Math.Max(worstProduct, Math.Abs(product - (r == c ? 1 : 0)));
                worstRebuilt = Math.Max(worstRebuilt, Math.Abs(rebuilt - matrix[(r * size) + c]) / scale);
            }
        }

        // Math.Max passes NaN on.
        worstProduct.ShouldBe(0, 1e-10);
        worstRebuilt.ShouldBe(0, 1e-10);
    }
}
