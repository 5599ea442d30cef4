using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Tests.Als;

/// <summary>
/// ALS as the papers write it: dense, in double precision, every normal equation built from all pairs and solved by Gaussian
/// elimination. Slow, short, and independent of the library's mathematics.
/// </summary>
internal sealed class AlsReference
{
    private readonly SparseMatrix _matrix;
    private readonly AlsOptions _settings;

    public AlsReference(SparseMatrix matrix, AlsOptions settings, FactorMatrix initialItems)
    {
        _matrix = matrix;
        _settings = settings;
        var rows = matrix.RowCount;
        Users = new double[rows][];
        Items = new double[matrix.ColumnCount][];
        for (var i = 0; i < Items.Length; i++)
        {
            Items[i] = Array.ConvertAll(initialItems.Row(i).ToArray(), value => (double)value);
        }

        Users = Array.ConvertAll(new int[rows], _ => new double[settings.FactorCount]);
        for (var iteration = 0; iteration < settings.Iterations; iteration++)
        {
            Users = Enumerable.Range(0, rows).Select(u => Solve(Items, i => matrix[u, i])).ToArray();
            Items = Enumerable.Range(0, Items.Length).Select(i => Solve(Users, u => matrix[u, i])).ToArray();
            Losses.Add(Loss());
        }
    }

    public double[][] Users { get; private set; }

    public double[][] Items { get; private set; }

    public List<double> Losses { get; } = [];

    public double Score(int user, int item) => Dot(Users[user], Items[item]);

    /// <summary>The vector of a row with the given weights against one side.</summary>
    public double[] Solve(double[][] side, Func<int, float> weightOf)
    {
        var size = _settings.FactorCount;
        var a = new double[size, size];
        var b = new double[size];
        var weights = Enumerable.Range(0, side.Length).Select(weightOf).ToArray();
        var count = weights.Count(weight => weight > 0);
        if (count == 0)
        {
            return b;
        }

        var unobserved = _settings.UnobservedWeight ?? 1;
        for (var j = 0; j < side.Length; j++)
        {
            var w = Weight(weights, j);
            var pull = w == 0 ? 0 : _settings.UnobservedWeight is null ? 1 + w : w;
            for (var r = 0; r < size; r++)
            {
                b[r] += pull * side[j][r];
                for (var c = 0; c < size; c++)
                {
                    a[r, c] += (unobserved + w) * side[j][r] * side[j][c];
                }
            }
        }

        for (var k = 0; k < size; k++)
        {
            a[k, k] += Regularization(count, side.Length);
        }

        return Eliminate(a, b);
    }

    /// <summary>Confidence above an unobserved pair's.</summary>
    private double Weight(float[] weights, int j)
    {
        var mean = weights.Where(weight => weight > 0).Select(weight => (double)weight).DefaultIfEmpty().Average();
        return weights[j] <= 0 ? 0 : _settings.Confidence switch
        {
            AlsConfidence.Linear => _settings.Alpha * (double)weights[j],
            AlsConfidence.Log => _settings.Alpha * Math.Log(1 + (weights[j] / Math.Max(1, mean))),
            _ => _settings.Alpha,
        };
    }

    private double Regularization(int count, int otherSide) => _settings.Regularization
        * Math.Pow(count + ((_settings.UnobservedWeight ?? 1) * (double)otherSide), _settings.RegularizationExponent);

    private double Loss()
    {
        var loss = 0d;
        for (var u = 0; u < Users.Length; u++)
        {
            var weights = Enumerable.Range(0, Items.Length).Select(i => _matrix[u, i]).ToArray();
            for (var i = 0; i < Items.Length; i++)
            {
                var w = Weight(weights, i);
                var score = Score(u, i);
                loss += _settings.UnobservedWeight is { } unobserved
                    ? (w * (1 - score) * (1 - score)) + (unobserved * score * score)
                    : (1 + w) * (w > 0 ? 1 - score : score) * (w > 0 ? 1 - score : score);
            }

            loss += Regularization(weights.Count(weight => weight > 0), Items.Length) * Dot(Users[u], Users[u]);
        }

        for (var i = 0; i < Items.Length; i++)
        {
            var count = Enumerable.Range(0, Users.Length).Count(u => _matrix[u, i] > 0);
            loss += Regularization(count, Users.Length) * Dot(Items[i], Items[i]);
        }

        return loss;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static double[] Eliminate(double[,] a, double[] b)
    {
        var size = b.Length;
        for (var k = 0; k < size; k++)
        {
            for (var r = k + 1; r < size; r++)
            {
                var factor = a[r, k] / a[k, k];
                b[r] -= factor * b[k];
                for (var c = k; c < size; c++)
                {
                    a[r, c] -= factor * a[k, c];
                }
            }
        }

        for (var k = size - 1; k >= 0; k--)
        {
            for (var c = k + 1; c < size; c++)
            {
                b[k] -= a[k, c] * b[c];
            }

            b[k] /= a[k, k];
        }

        return b;
    }
}
