namespace RecSys.Algorithms.Linear;

/// <summary>
/// Q A Qᵀ = T by Householder reflectors H = I − 2 v vᵀ, |v| = 1, in panels: within a panel the matrix stays as it was and
/// products with it are corrected by the panel's pairs (v, w); then all rows are updated by A −= Σ v wᵀ + w vᵀ at once. A large
/// matrix is so read once a column and written once a panel.
/// </summary>
internal static class Tridiagonalization
{
    private const int PanelColumns = 16;

    /// <summary>Rows that a task works on.</summary>
    private const int TaskRows = 64;

    /// <summary>Rows of Q built together: each reflector is read once for all of them.</summary>
    private const int GroupRows = 8;

    /// <summary>The square of a smaller norm is no longer a normal number.</summary>
    private const double Negligible = 1e-150;

    /// <summary>Writes T's diagonals and returns Q; the matrix is lost.</summary>
    public static double[] Reduce(double[] a, int n, double[] diagonal, double[] offDiagonal, int threadCount)
    {
        var reflects = new bool[n];
        var panelV = new double[PanelColumns][];
        var panelW = new double[PanelColumns][];
        for (var p = 0; p < PanelColumns; p++)
        {
            panelV[p] = new double[n];
            panelW[p] = new double[n];
        }

        for (var first = 0; first < n; first += PanelColumns)
        {
            var count = Math.Min(PanelColumns, n - first);
            for (var p = 0; p < count; p++)
            {
                var k = first + p;
                UpdateRow(a, n, k, k, panelV, panelW, p);
                diagonal[k] = a[(k * n) + k];
                panelV[p].AsSpan(0, Math.Min(n, k + 1)).Clear();
                reflects[k] = Reflect(a.AsSpan((k * n) + k + 1, n - k - 1), panelV[p].AsSpan(k + 1), out offDiagonal[k]);
                Array.Clear(panelW[p]);
                if (reflects[k])
                {
                    ComputeW(a, n, k, panelV, panelW, p, threadCount);
                }
            }

            var next = first + count;
            ForRows(next, n, threadCount, row => UpdateRow(a, n, row, next, panelV, panelW, count));
        }

        return FormQ(a, n, reflects, threadCount);
    }

    /// <summary>Row −= Σ_p v_p[row] w_p + w_p[row] v_p, from a column on.</summary>
    private static void UpdateRow(double[] a, int n, int row, int column, double[][] panelV, double[][] panelW, int count)
    {
        var target = a.AsSpan((row * n) + column, n - column);
        for (var p = 0; p < count; p++)
        {
            DoubleKernel.AddScaled(
                -panelV[p][row], panelW[p].AsSpan(column), -panelW[p][row], panelV[p].AsSpan(column), target);
        }
    }

    /// <summary>
    /// Makes v, for which H maps x to a multiple of the first unit vector, and keeps it in place of x. Returns false, and v = 0,
    /// when x is that already.
    /// </summary>
    private static bool Reflect(Span<double> x, Span<double> v, out double image)
    {
        var norm = Math.Sqrt(DoubleKernel.Dot(x, x));
        if (norm < Negligible || x.Length == 1)
        {
            image = x.Length == 0 ? 0 : x[0];
            x.Clear();
            v.Clear();
            return false;
        }

        // |x − image e₁|² = 2 norm (norm + |x₀|); a vector of length 1 is safe from overflow however small the matrix is.
        image = x[0] > 0 ? -norm : norm;
        var length = Math.Sqrt(2 * norm * (norm + Math.Abs(x[0])));
        x[0] -= image;
        for (var i = 0; i < x.Length; i++)
        {
            v[i] = x[i] /= length;
        }

        return true;
    }

    /// <summary>w = p − (pᵀv) v with p = 2 A v, A being the matrix with the panel's updates so far.</summary>
    private static void ComputeW(double[] a, int n, int k, double[][] panelV, double[][] panelW, int count, int threadCount)
    {
        var w = panelW[count];
        var start = k + 1;
        var vector = panelV[count];
        ForRows(start, n, threadCount, row =>
            w[row] = DoubleKernel.Dot(a.AsSpan((row * n) + start, n - start), vector.AsSpan(start)));
        var target = w.AsSpan(start);
        var v = vector.AsSpan(start);
        for (var p = 0; p < count; p++)
        {
            var pv = panelV[p].AsSpan(start);
            var pw = panelW[p].AsSpan(start);
            DoubleKernel.AddScaled(-DoubleKernel.Dot(pw, v), pv, -DoubleKernel.Dot(pv, v), pw, target);
        }

        var shift = 2 * DoubleKernel.Dot(target, v);
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = (2 * target[i]) - (shift * v[i]);
        }
    }

    /// <summary>Q = H_{n−1} … H_0: row r is the unit vector e_r, reflected by those reflectors that begin at or before r.</summary>
    private static double[] FormQ(double[] a, int n, bool[] reflects, int threadCount)
    {
        var q = new double[n * n];
        WorkQueue.Run((n + GroupRows - 1) / GroupRows, threadCount, default, (group, _) =>
        {
            var first = group * GroupRows;
            var end = Math.Min(n, first + GroupRows);
            for (var row = first; row < end; row++)
            {
                q[(row * n) + row] = 1;
            }

            for (var k = end - 2; k >= 0; k--)
            {
                if (!reflects[k])
                {
                    continue;
                }

                var v = a.AsSpan((k * n) + k + 1, n - k - 1);
                for (var row = Math.Max(first, k + 1); row < end; row++)
                {
                    var target = q.AsSpan((row * n) + k + 1, n - k - 1);
                    DoubleKernel.AddScaled(-2 * DoubleKernel.Dot(v, target), v, target);
                }
            }
        });
        return q;
    }

    private static void ForRows(int first, int end, int threadCount, Action<int> run)
    {
        var tasks = threadCount == 1 ? 1 : (end - first + TaskRows - 1) / TaskRows;
        if (tasks <= 1)
        {
            for (var row = first; row < end; row++)
            {
                run(row);
            }

            return;
        }

        WorkQueue.Run(tasks, threadCount, default, (task, _) =>
        {
            var taskEnd = Math.Min(end, first + ((task + 1) * TaskRows));
            for (var row = first + (task * TaskRows); row < taskEnd; row++)
            {
                run(row);
            }
        });
    }
}
