namespace RecSys.Algorithms.Linear;

/// <summary>
/// A = Vᵀ diag(λ) V for a symmetric matrix in double precision, the rows of V being the eigenvectors: Householder reduction to
/// tridiagonal form, then implicit QL (Golub and Van Loan, Matrix Computations, 8.3).
/// </summary>
internal static class SymmetricEigen
{
    /// <summary>Smaller problems take less time than waking up a thread for each of their columns.</summary>
    private const int SmallestParallelSize = 256;

    /// <summary>Decomposes the size × size matrix, whose contents are lost.</summary>
    /// <returns>Eigenvalues, descending, and the matrix whose row k is the k-th eigenvector; the same for any number of threads.</returns>
    public static (double[] Values, double[] Vectors) Decompose(double[] matrix, int size, int threadCount)
    {
        threadCount = size < SmallestParallelSize ? 1 : threadCount;
        var diagonal = new double[size];
        var offDiagonal = new double[size];
        var vectors = Tridiagonalization.Reduce(matrix, size, diagonal, offDiagonal, threadCount);
        TridiagonalEigen.Diagonalize(diagonal, offDiagonal, new RowRotations(vectors, size, threadCount));

        var order = new int[size];
        for (var i = 0; i < size; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (a, b) => diagonal[a] != diagonal[b] ? diagonal[b].CompareTo(diagonal[a]) : a.CompareTo(b));
        var values = new double[size];
        for (var i = 0; i < size; i++)
        {
            values[i] = diagonal[order[i]];
            vectors.AsSpan(order[i] * size, size).CopyTo(matrix.AsSpan(i * size, size));
        }

        return (values, matrix);
    }
}

/// <summary>Eigenvalues of a symmetric tridiagonal matrix by implicit QL with Wilkinson shifts.</summary>
internal static class TridiagonalEigen
{
    /// <summary>Far more sweeps than an eigenvalue has ever needed; only numbers that are not finite get there.</summary>
    private const int MaxSweeps = 64;

    private const double UnitRoundoff = 1.1e-16;

    /// <summary>Turns the diagonal into the eigenvalues, in no order, and passes every rotation on.</summary>
    /// <param name="d">The diagonal.</param>
    /// <param name="e">e[i] stands beside d[i] and d[i + 1]; the last is zero. Is lost.</param>
    /// <param name="rotations">Receives the rotations of neighbouring rows.</param>
    public static void Diagonalize(double[] d, double[] e, RowRotations rotations)
    {
        // An element this far below the norm is rounding. Factors of low rank have many eigenvalues near zero, and more sweeps
        // over them would only chase noise.
        var norm = 0d;
        for (var i = 0; i < d.Length; i++)
        {
            norm = Math.Max(norm, Math.Abs(d[i]) + Math.Abs(e[i]));
        }

        var negligible = UnitRoundoff * norm;
        for (var l = 0; l < d.Length; l++)
        {
            for (var sweep = 0; ; sweep++)
            {
                var m = l;
                while (m < d.Length - 1 && Math.Abs(e[m]) > negligible)
                {
                    m++;
                }

                if (m == l)
                {
                    break;
                }

                if (sweep == MaxSweeps)
                {
                    throw new AlgorithmException(
                        AlgorithmError.Diverged,
                        "The factors' Gram matrix could not be diagonalised; they hold numbers that are not finite.");
                }

                Sweep(d, e, l, m, rotations);
            }
        }

        rotations.Flush();
    }

    /// <summary>Chases the bulge that the shift makes from row m up to row l.</summary>
    private static void Sweep(double[] d, double[] e, int l, int m, RowRotations rotations)
    {
        var g = (d[l + 1] - d[l]) / (2 * e[l]);
        g = d[m] - d[l] + (e[l] / (g + Math.CopySign(double.Hypot(g, 1), g)));
        var s = 1d;
        var c = 1d;
        var p = 0d;
        for (var i = m - 1; i >= l; i--)
        {
            var f = s * e[i];
            var b = c * e[i];
            var r = double.Hypot(f, g);
            e[i + 1] = r;
            if (r == 0)
            {
                // The matrix has split here.
                d[i + 1] -= p;
                e[m] = 0;
                return;
            }

            s = f / r;
            c = g / r;
            g = d[i + 1] - p;
            r = ((d[i] - g) * s) + (2 * c * b);
            p = s * r;
            d[i + 1] = g + p;
            g = (c * r) - b;
            rotations.Add(i, c, s);
        }

        d[l] -= p;
        e[l] = g;
        e[m] = 0;
    }
}

/// <summary>
/// Plane rotations of neighbouring rows of a square matrix, collected and applied many at a time: to one block of columns after
/// the other, so that a block stays in the cache and blocks can go to different threads.
/// </summary>
internal sealed class RowRotations(double[] matrix, int size, int threadCount)
{
    private const int MaxCapacity = 1 << 15;

    /// <summary>64 columns of 1,024 rows take 512 KiB.</summary>
    private const int BlockColumns = 64;

    private readonly int[] _rows = new int[Math.Min(MaxCapacity, size * size)];
    private readonly double[] _cosines = new double[Math.Min(MaxCapacity, size * size)];
    private readonly double[] _sines = new double[Math.Min(MaxCapacity, size * size)];
    private int _count;

    /// <summary>Rows (row, row + 1) become (c·row − s·(row + 1), s·row + c·(row + 1)), after all rotations added before.</summary>
    public void Add(int row, double cosine, double sine)
    {
        if (_count == _rows.Length)
        {
            Flush();
        }

        _rows[_count] = row;
        _cosines[_count] = cosine;
        _sines[_count++] = sine;
    }

    /// <summary>Applies what has been collected.</summary>
    public void Flush()
    {
        var blocks = (size + BlockColumns - 1) / BlockColumns;
        WorkQueue.Run(blocks, threadCount, default, (block, _) =>
        {
            var column = block * BlockColumns;
            var width = Math.Min(BlockColumns, size - column);
            for (var i = 0; i < _count; i++)
            {
                var low = matrix.AsSpan((_rows[i] * size) + column, width);
                var high = matrix.AsSpan(((_rows[i] + 1) * size) + column, width);
                DoubleKernel.Rotate(low, high, _cosines[i], _sines[i]);
            }
        });
        _count = 0;
    }
}
