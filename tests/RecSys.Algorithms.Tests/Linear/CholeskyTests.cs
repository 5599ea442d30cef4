using System.Runtime.Intrinsics;
using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Tests.Linear;

public sealed unsafe class CholeskyTests
{
    public static TheoryData<int> Lengths => [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100, 511, 512, 513];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void The_solution_satisfies_the_system(int size)
    {
        var (matrix, padded, stride) = PositiveDefinite(size);
        var expected = KernelCases.Padded(size, 9);
        var x = new AlignedBuffer(padded);
        for (var r = 0; r < size; r++)
        {
            var sum = 0d;
            for (var c = 0; c < size; c++)
            {
                sum += (double)matrix.Span[(r * stride) + c] * expected.Span[c];
            }

            x.Span[r] = (float)sum;
        }

        var inverses = new AlignedBuffer(Cholesky.InverseLength(padded));
        Cholesky.Factor(matrix.Pointer, padded, stride, inverses.Pointer).ShouldBeTrue();
        Cholesky.Solve(matrix.Pointer, padded, stride, inverses.Pointer, x.Pointer);

        KernelCases.ShouldEqual(x, expected, 1e-3f);
    }

    [Fact]
    public void A_matrix_that_is_not_positive_definite_is_reported()
    {
        var (matrix, padded, stride) = PositiveDefinite(40);
        matrix.Span[(35 * stride) + 35] = -1;
        var inverses = new AlignedBuffer(Cholesky.InverseLength(padded));

        Cholesky.Factor(matrix.Pointer, padded, stride, inverses.Pointer).ShouldBeFalse();
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_matrix_that_is_not_finite_is_reported(float value)
    {
        var (matrix, padded, stride) = PositiveDefinite(40);
        matrix.Span[(3 * stride) + 20] = value;
        var inverses = new AlignedBuffer(Cholesky.InverseLength(padded));

        Cholesky.Factor(matrix.Pointer, padded, stride, inverses.Pointer).ShouldBeFalse();
    }

    [Fact]
    public void Every_width_eliminates_a_tile_as_the_scalar_twin_does()
    {
        var (start, _, stride) = PositiveDefinite(16);
        var expected = KernelCases.Copy(start);
        var expectedInverse = Identity();
        Cholesky.EliminateScalar(expected.Pointer, stride, expectedInverse.Pointer).ShouldBeTrue();
        foreach (var body in new Kernel[]
        {
            Cholesky.Eliminate<Lanes128, Vector128<float>>,
            Cholesky.Eliminate<Lanes256, Vector256<float>>,
            Cholesky.Eliminate<Lanes512, Vector512<float>>,
            Cholesky.EliminateWide,
        })
        {
            var actual = KernelCases.Copy(start);
            var inverse = Identity();
            body(actual.Pointer, stride, inverse.Pointer).ShouldBeTrue();
            KernelCases.ShouldEqual(actual, expected);
            KernelCases.ShouldEqual(inverse, expectedInverse);
        }
    }

    private static AlignedBuffer Identity()
    {
        var identity = new AlignedBuffer(256);
        for (var k = 0; k < 16; k++)
        {
            identity.Span[(k * 16) + k] = 1;
        }

        return identity;
    }

    /// <summary>RᵀR / size + I, and the identity in the padding.</summary>
    private static (AlignedBuffer Matrix, int Padded, int Stride) PositiveDefinite(int size)
    {
        var padded = Padding.RoundUp(size);
        var stride = padded + 16;
        var matrix = new AlignedBuffer((long)padded * stride);
        var random = KernelCases.Rows(size, size, 20);
        for (var r = 0; r < padded; r++)
        {
            matrix.Span[(r * stride) + r] = 1;
        }

        for (var i = 0; i < size; i++)
        {
            for (var r = 0; r < size; r++)
            {
                var factor = random.Span[(i * padded) + r] / size;
                VectorKernel.AddScaledScalar(factor, random.Pointer + (i * padded), matrix.Pointer + (r * stride), size);
            }
        }

        return (matrix, padded, stride);
    }

    private delegate bool Kernel(float* a, nint stride, float* inverse);
}
