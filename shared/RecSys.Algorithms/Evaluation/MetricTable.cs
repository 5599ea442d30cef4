using RecSys.Algorithms.Metrics;

namespace RecSys.Algorithms.Evaluation;

/// <summary>
/// Numerators and denominators of every user and ratio metric, 8 bytes each pair. Sums are made in the order of users, so that
/// results don't depend on threads.
/// </summary>
internal sealed class MetricTable(IReadOnlyList<Metric> metrics, int userCount)
{
    private readonly Metric[] _metrics = [.. metrics.Where(UserMetrics.IsRatio)];
    private readonly float[] _numerators = new float[checked(userCount * metrics.Count(UserMetrics.IsRatio))];
    private readonly float[] _denominators = new float[checked(userCount * metrics.Count(UserMetrics.IsRatio))];

    /// <summary>Writes one user's row; safe for different rows at once.</summary>
    public void Set(int row, in UserRanking user)
    {
        for (var m = 0; m < _metrics.Length; m++)
        {
            var (numerator, denominator) = UserMetrics.Of(_metrics[m], user);
            _numerators[(row * _metrics.Length) + m] = (float)numerator;
            _denominators[(row * _metrics.Length) + m] = (float)denominator;
        }
    }

    /// <summary>The metrics over the given rows.</summary>
    public IReadOnlyList<MetricValue> Aggregate(IReadOnlyList<int> rows)
    {
        var values = new MetricValue[_metrics.Length];
        for (var m = 0; m < _metrics.Length; m++)
        {
            double numerator = 0;
            double denominator = 0;
            foreach (var row in rows)
            {
                numerator += _numerators[(row * _metrics.Length) + m];
                denominator += _denominators[(row * _metrics.Length) + m];
            }

            values[m] = new MetricValue(_metrics[m], denominator > 0 ? numerator / denominator : 0);
        }

        return values;
    }

    /// <summary>The metrics over all rows, with bootstrap intervals when asked for.</summary>
    public IReadOnlyList<MetricValue> Aggregate(EvaluationOptions options)
    {
        var values = Aggregate(Enumerable.Range(0, userCount).ToArray());
        if (options.BootstrapSamples == 0 || userCount == 0 || values.Count == 0)
        {
            return values;
        }

        var intervals = Bootstrap.Intervals(
            _numerators, _denominators, _metrics.Length, options.BootstrapSamples, options.Confidence, options.Seed);
        return [.. values.Zip(intervals, (value, interval) => value with { Interval = interval })];
    }
}
