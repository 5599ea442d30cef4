namespace RecSys.Algorithms.Linear;

/// <summary>
/// A = V diag(λ) Vᵀ for a symmetric matrix in double precision: Householder reduction to tridiagonal form, then implicit QL
/// (Golub and Van Loan, Matrix Computations, 8.3). Eigenvectors are kept as rows, so that each rotation mixes two contiguous
/// rows.
/// </summary>
internal static class SymmetricEigen
{
    private const int MaxSweeps = 64;

    /// <summary>Decomposes the size × size matrix, whose contents are lost.</summary>
    /// <returns>Eigenvalues, descending, and the matrix whose row k is the k-th eigenvector.</returns>
    public static (double[] Values, double[] Vectors) Decompose(double[] matrix, int size)
    {
        var diagonal = new double[size];
        var offDiagonal = new double[size];
        var vectors = Tridiagonalize(matrix, size, diagonal, offDiagonal);
        Diagonalize(diagonal, offDiagonal, vectors, size);

        var order = new int[size];
        for (var i = 0; i < size; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (a, b) => diagonal[a] != diagonal[b] ? diagonal[b].CompareTo(diagonal[a]) : a.CompareTo(b));
        var values = new double[size];
        var sorted = matrix;
        for (var i = 0; i < size; i++)
        {
            values[i] = diagonal[order[i]];
            vectors.AsSpan(order[i] * size, size).CopyTo(sorted.AsSpan(i * size, size));
        }

        return (values, sorted);
    }

    /// <summary>A = Qᵀ T Q: writes T and returns Q.</summary>
    private static double[] Tridiagonalize(double[] a, int n, double[] diagonal, double[] offDiagonal)
    {
        var scales = new double[n];
        var w = new double[n];
        for (var k = 0; k + 2 < n; k++)
        {
            // The reflector I − β v vᵀ sends column k below the diagonal to a multiple of the first unit vector; v overwrites
            // row k right of the diagonal.
            var v = a.AsSpan((k * n) + k + 1, n - k - 1);
            var norm = Math.Sqrt(DoubleKernel.Dot(v, v));
            diagonal[k] = a[(k * n) + k];
            if (norm == 0)
            {
                offDiagonal[k] = 0;
                continue;
            }

            var alpha = v[0] > 0 ? -norm : norm;
            offDiagonal[k] = alpha;
            v[0] -= alpha;
            var beta = 1 / (-alpha * v[0]);
            scales[k] = beta;

            var p = w.AsSpan(0, v.Length);
            for (var r = 0; r < v.Length; r++)
            {
                p[r] = beta * DoubleKernel.Dot(a.AsSpan(((k + 1 + r) * n) + k + 1, v.Length), v);
            }

            var shift = beta / 2 * DoubleKernel.Dot(p, v);
            DoubleKernel.AddScaled(-shift, v, p);
            for (var r = 0; r < v.Length; r++)
            {
                DoubleKernel.AddScaled(-p[r], v, -v[r], p, a.AsSpan(((k + 1 + r) * n) + k + 1, v.Length));
            }
        }

        if (n > 1)
        {
            diagonal[n - 2] = a[((n - 2) * n) + n - 2];
            offDiagonal[n - 2] = a[((n - 2) * n) + n - 1];
        }

        diagonal[n - 1] = a[(n * n) - 1];

        // Q = H_{n−3} … H_0, built from the last reflector so that each touches only the rows and columns after k.
        var q = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            q[(i * n) + i] = 1;
        }

        for (var k = n - 3; k >= 0; k--)
        {
            if (scales[k] == 0)
            {
                continue;
            }

            var v = a.AsSpan((k * n) + k + 1, n - k - 1);
            for (var r = 0; r < v.Length; r++)
            {
                var row = q.AsSpan(((k + 1 + r) * n) + k + 1, v.Length);
                DoubleKernel.AddScaled(-scales[k] * DoubleKernel.Dot(row, v), v, row);
            }
        }

        return q;
    }

    /// <summary>Implicit QL with Wilkinson shifts; the rotations are applied to pairs of rows of <paramref name="vectors"/>.</summary>
    private static void Diagonalize(double[] d, double[] e, double[] vectors, int n)
    {
        for (var l = 0; l < n; l++)
        {
            for (var sweep = 0; ; sweep++)
            {
                var m = l;
                while (m < n - 1 && Math.Abs(e[m]) > double.Epsilon + (1e-16 * (Math.Abs(d[m]) + Math.Abs(d[m + 1]))))
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

                var g = (d[l + 1] - d[l]) / (2 * e[l]);
                var r = double.Hypot(g, 1);
                g = d[m] - d[l] + (e[l] / (g + Math.CopySign(r, g)));
                var s = 1d;
                var c = 1d;
                var p = 0d;
                var i = m - 1;
                for (; i >= l; i--)
                {
                    var f = s * e[i];
                    var b = c * e[i];
                    r = double.Hypot(f, g);
                    e[i + 1] = r;
                    if (r == 0)
                    {
                        d[i + 1] -= p;
                        e[m] = 0;
                        break;
                    }

                    s = f / r;
                    c = g / r;
                    g = d[i + 1] - p;
                    r = ((d[i] - g) * s) + (2 * c * b);
                    p = s * r;
                    d[i + 1] = g + p;
                    g = (c * r) - b;
                    DoubleKernel.Rotate(vectors.AsSpan(i * n, n), vectors.AsSpan((i + 1) * n, n), c, s);
                }

                if (i >= l)
                {
                    continue;
                }

                d[l] -= p;
                e[l] = g;
                e[m] = 0;
            }
        }
    }
}
