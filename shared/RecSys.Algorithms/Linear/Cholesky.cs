namespace RecSys.Algorithms.Linear;

/// <summary>
/// A = UᵀU for a symmetric positive definite matrix, and the solution of Ax = b. Row-major; only the upper tiles of A are
/// read and replaced by U. Size and stride are multiples of 16.
/// </summary>
/// <remarks>
/// Right-looking in blocks of 16 rows: a block is factored by row operations over whole vectors, and the rows below it are
/// updated by <see cref="TileKernel.Subtract"/> with the block as its outer products.
/// </remarks>
internal static unsafe class Cholesky
{
    /// <summary>Factors A in place.</summary>
    /// <returns>False when a pivot is not positive: A is singular, or not a number, in single precision.</returns>
    public static bool Factor(float* a, int size, int stride)
    {
        for (var k = 0; k < size; k += Padding.Tile)
        {
            if (!FactorBlock(a, k, size, stride))
            {
                return false;
            }

            var block = a + ((nint)k * stride);
            for (var j = k + Padding.Tile; j < size; j += Padding.Tile)
            {
                for (var c = j; c < size; c += Padding.Tile)
                {
                    TileKernel.Subtract(block + j, stride, block + c, stride, Padding.Tile, a + ((nint)j * stride) + c, stride);
                }
            }
        }

        return true;
    }

    /// <summary>Solves UᵀU x = b, b given in x.</summary>
    public static void Solve(float* u, int size, int stride, float* x)
    {
        // Uᵀ z = b: once z_k is known, row k of U is subtracted from what follows.
        for (var k = 0; k < size; k++)
        {
            var row = u + ((nint)k * stride);
            x[k] /= row[k];
            var next = (k + 1 + Padding.Tile - 1) & -Padding.Tile;
            for (var c = k + 1; c < next; c++)
            {
                x[c] -= x[k] * row[c];
            }

            VectorKernel.AddScaled(-x[k], row + next, x + next, size - next);
        }

        // U x = z, from the last row up.
        for (var k = size - 1; k >= 0; k--)
        {
            var row = u + ((nint)k * stride);
            var next = (k + 1 + Padding.Tile - 1) & -Padding.Tile;
            var sum = VectorKernel.Dot(row + next, x + next, size - next);
            for (var c = k + 1; c < next; c++)
            {
                sum += row[c] * x[c];
            }

            x[k] = (x[k] - sum) / row[k];
        }
    }

    private static bool FactorBlock(float* a, int first, int size, int stride)
    {
        for (var k = first; k < first + Padding.Tile; k++)
        {
            var row = a + ((nint)k * stride);
            var pivot = row[k];
            if (!(pivot > 0) || !float.IsFinite(pivot))
            {
                return false;
            }

            // The tile's part left of the diagonal is scaled too; nothing reads it.
            var inverse = 1 / MathF.Sqrt(pivot);
            VectorKernel.Scale(inverse, row + first, row + first, size - first);
            for (var r = k + 1; r < first + Padding.Tile; r++)
            {
                VectorKernel.AddScaled(-row[r], row + first, a + ((nint)r * stride) + first, size - first);
            }
        }

        return true;
    }
}
