namespace RecSys.Algorithms.Linear;

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
        // An element this far below the norm is within what rounding has done to the matrix already; to ask for more of the
        // many eigenvalues near zero that factors of low rank have would be to chase noise.
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
