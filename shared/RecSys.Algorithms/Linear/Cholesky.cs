using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RecSys.Algorithms.Linear;

/// <summary>
/// A = UᵀU for a symmetric positive definite matrix, and the solution of Ax = b. Row-major; only the upper tiles of A are read,
/// and are replaced by U. Size and stride are multiples of 16.
/// </summary>
/// <remarks>
/// In tiles of 16 × 16. A tile first loses what the rows above contribute, by one call of <see cref="TileKernel.Subtract"/>;
/// a diagonal tile is then factored together with the inverse of its factor, which turns everything that remains, the rest of
/// its tile row and both triangular solutions, into products without long chains of dependent operations.
/// </remarks>
internal static unsafe class Cholesky
{
    private const int TileFloats = Padding.Tile * Padding.Tile;

    /// <summary>Floats that <see cref="Factor"/> needs for the inverses of the diagonal tiles.</summary>
    public static int InverseLength(int size) => size / Padding.Tile * 2 * TileFloats;

    /// <summary>Factors A in place.</summary>
    /// <param name="a">The matrix.</param>
    /// <param name="size">Rows and columns.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="inverses">Receives, per diagonal tile, U⁻ᵀ and then U⁻¹; see <see cref="InverseLength"/>.</param>
    /// <returns>False when a pivot is not positive: A is singular, or not a number, in single precision.</returns>
    public static bool Factor(float* a, int size, nint stride, float* inverses)
    {
        var tile = stackalloc float[TileFloats];
        for (var j = 0; j < size; j += Padding.Tile)
        {
            var row = a + (j * stride);
            for (var c = j; j > 0 && c < size; c += Padding.Tile)
            {
                TileKernel.Subtract(a + j, stride, a + c, stride, j, row + c, stride);
            }

            var transposedInverse = inverses + ((nint)j / Padding.Tile * 2 * TileFloats);
            if (!FactorDiagonalTile(row + j, stride, transposedInverse))
            {
                return false;
            }

            for (var c = j + Padding.Tile; c < size; c += Padding.Tile)
            {
                // U_jc = U_jj⁻ᵀ A_jc.
                for (var k = 0; k < Padding.Tile; k++)
                {
                    new ReadOnlySpan<float>(row + c + (k * stride), Padding.Tile).CopyTo(new Span<float>(tile + (k * Padding.Tile), Padding.Tile));
                }

                TileKernel.Set(transposedInverse + TileFloats, Padding.Tile, tile, Padding.Tile, Padding.Tile, row + c, stride);
            }
        }

        return true;
    }

    /// <summary>Solves UᵀU x = b, b given in x, with what <see cref="Factor"/> left.</summary>
    public static void Solve(float* u, int size, nint stride, float* inverses, float* x)
    {
        var part = stackalloc float[Padding.Tile];
        var indices = RowIndices.Consecutive;

        // Uᵀ z = b, from the first tile row down.
        for (var j = 0; j < size; j += Padding.Tile)
        {
            var inverse = inverses + ((nint)j / Padding.Tile * 2 * TileFloats) + TileFloats;
            MultiplyTransposed(inverse, x + j, part);
            for (var k = 0; k < Padding.Tile; k++)
            {
                part[k] = -part[k];
            }

            var next = j + Padding.Tile;
            GatherKernel.AddScaled(u + (j * stride) + next, stride, size - next, indices, Padding.Tile, part, x + next);
        }

        // U x = z, from the last tile row up.
        for (var j = size - Padding.Tile; j >= 0; j -= Padding.Tile)
        {
            var next = j + Padding.Tile;
            GatherKernel.Dots(u + (j * stride) + next, stride, size - next, indices, Padding.Tile, x + next, part);
            for (var k = 0; k < Padding.Tile; k++)
            {
                x[j + k] -= part[k];
            }

            MultiplyTransposed(inverses + ((nint)j / Padding.Tile * 2 * TileFloats), x + j, part);
        }
    }

    /// <summary>x ← Mᵀx for a tile M; the result is also left in <paramref name="product"/>.</summary>
    private static void MultiplyTransposed(float* tile, float* x, float* product)
    {
        new Span<float>(product, Padding.Tile).Clear();
        GatherKernel.AddScaled(tile, Padding.Tile, Padding.Tile, RowIndices.Consecutive, Padding.Tile, x, product);
        new ReadOnlySpan<float>(product, Padding.Tile).CopyTo(new Span<float>(x, Padding.Tile));
    }

    private static bool FactorDiagonalTile(float* a, nint stride, float* inverse)
    {
        new Span<float>(inverse, TileFloats).Clear();
        for (var k = 0; k < Padding.Tile; k++)
        {
            inverse[(k * Padding.Tile) + k] = 1;
        }

        var factored = Vector512.IsHardwareAccelerated ? EliminateWide(a, stride, inverse)
            : Vector256.IsHardwareAccelerated ? Eliminate<Lanes256, Vector256<float>>(a, stride, inverse)
            : Vector128.IsHardwareAccelerated ? Eliminate<Lanes128, Vector128<float>>(a, stride, inverse)
            : EliminateScalar(a, stride, inverse);
        var ones = stackalloc float[Padding.Tile];
        new Span<float>(ones, Padding.Tile).Fill(1);
        TransposeKernel.Pack(
            inverse, Padding.Tile, Padding.Tile, RowIndices.Consecutive, Padding.Tile, ones, ones, inverse + TileFloats);
        return factored;
    }

    /// <summary>
    /// Row operations that turn [A I] into [U U⁻ᵀ]. Rows get their final scale only at the end, which takes the square roots out
    /// of the chain of operations that wait for each other. What is left of A's diagonal has no meaning afterwards.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool Eliminate<TLanes, TVector>(float* a, nint stride, float* inverse)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        var pivots = stackalloc float[Padding.Tile];
        for (var k = 0; k < Padding.Tile; k++)
        {
            var pivotRow = a + (k * stride);
            var inverseRow = inverse + (k * Padding.Tile);
            var pivot = pivotRow[k];
            if (!(pivot > 0) || !float.IsFinite(pivot))
            {
                return false;
            }

            pivots[k] = pivot;
            var reciprocal = -1 / pivot;
            for (var r = k + 1; r < Padding.Tile; r++)
            {
                var factor = TLanes.Broadcast(pivotRow[r] * reciprocal);
                for (var lane = 0; lane < Padding.Tile; lane += TLanes.Count)
                {
                    var target = a + (r * stride) + lane;
                    TLanes.Store(TLanes.MultiplyAdd(factor, TLanes.Load(pivotRow + lane), TLanes.Load(target)), target);
                    target = inverse + (r * Padding.Tile) + lane;
                    TLanes.Store(TLanes.MultiplyAdd(factor, TLanes.Load(inverseRow + lane), TLanes.Load(target)), target);
                }
            }
        }

        for (var k = 0; k < Padding.Tile; k++)
        {
            var scale = TLanes.Broadcast(1 / MathF.Sqrt(pivots[k]));
            for (var lane = 0; lane < Padding.Tile; lane += TLanes.Count)
            {
                TLanes.Store(TLanes.Multiply(scale, TLanes.Load(a + (k * stride) + lane)), a + (k * stride) + lane);
                TLanes.Store(
                    TLanes.Multiply(scale, TLanes.Load(inverse + (k * Padding.Tile) + lane)), inverse + (k * Padding.Tile) + lane);
            }
        }

        return true;
    }

    /// <summary>
    /// The same with a row of the tile in one vector. The pivot row stays in a register from the update that makes it: reading
    /// single floats of a row just stored would wait for the store.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool EliminateWide(float* a, nint stride, float* inverse)
    {
        var row = Vector512.Load(a);
        var inverseRow = Vector512.Load(inverse);
        for (var k = 0; k < Padding.Tile; k++)
        {
            var pivot = Vector512.ShuffleNative(row, Vector512.Create(k)).ToScalar();
            if (!(pivot > 0) || !float.IsFinite(pivot))
            {
                return false;
            }

            var scale = Vector512.Create(1 / MathF.Sqrt(pivot));
            (row * scale).Store(a + (k * stride));
            (inverseRow * scale).Store(inverse + (k * Padding.Tile));
            if (k + 1 == Padding.Tile)
            {
                break;
            }

            var factors = row * Vector512.Create(-1 / pivot);
            var factor = Vector512.ShuffleNative(factors, Vector512.Create(k + 1));
            var nextRow = Vector512.MultiplyAddEstimate(factor, row, Vector512.Load(a + ((k + 1) * stride)));
            var nextInverseRow = Vector512.MultiplyAddEstimate(factor, inverseRow, Vector512.Load(inverse + ((k + 1) * Padding.Tile)));
            for (var r = k + 2; r < Padding.Tile; r++)
            {
                factor = Vector512.ShuffleNative(factors, Vector512.Create(r));
                var target = a + (r * stride);
                Vector512.MultiplyAddEstimate(factor, row, Vector512.Load(target)).Store(target);
                target = inverse + (r * Padding.Tile);
                Vector512.MultiplyAddEstimate(factor, inverseRow, Vector512.Load(target)).Store(target);
            }

            row = nextRow;
            inverseRow = nextInverseRow;
        }

        return true;
    }

    internal static bool EliminateScalar(float* a, nint stride, float* inverse)
    {
        for (var k = 0; k < Padding.Tile; k++)
        {
            var pivot = a[(k * stride) + k];
            if (!(pivot > 0) || !float.IsFinite(pivot))
            {
                return false;
            }

            for (var r = k + 1; r < Padding.Tile; r++)
            {
                var factor = -a[(k * stride) + r] / pivot;
                VectorKernel.AddScaledScalar(factor, a + (k * stride), a + (r * stride), Padding.Tile);
                VectorKernel.AddScaledScalar(factor, inverse + (k * Padding.Tile), inverse + (r * Padding.Tile), Padding.Tile);
            }
        }

        for (var k = 0; k < Padding.Tile; k++)
        {
            var scale = 1 / MathF.Sqrt(a[(k * stride) + k]);
            VectorKernel.ScaleScalar(scale, a + (k * stride), a + (k * stride), Padding.Tile);
            VectorKernel.ScaleScalar(scale, inverse + (k * Padding.Tile), inverse + (k * Padding.Tile), Padding.Tile);
        }

        return true;
    }
}
