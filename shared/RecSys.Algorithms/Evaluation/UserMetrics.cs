namespace RecSys.Algorithms.Evaluation;

/// <summary>
/// Every metric as a ratio of sums over users: Σ numerator / Σ denominator. A mean over users has denominator 1 for each user
/// it counts and 0 for the others; a micro average or a mean over pairs has the user's number of pairs.
/// </summary>
internal static class UserMetrics
{
    /// <summary>Whether the metric is such a ratio; coverage isn't.</summary>
    public static bool IsRatio(Metric metric) => metric.Kind is not (MetricKind.Coverage or MetricKind.CoveragePerUser);

    /// <summary>Numerator and denominator of one user.</summary>
    public static (double Numerator, double Denominator) Of(Metric metric, in UserRanking user)
    {
        var relevant = user.RelevantCount;
        var k = metric.CutOff;
        switch (metric.Kind)
        {
            case MetricKind.Novelty:
                return user.Recommended.IsEmpty ? (0, 0) : (RankingMetrics.Novelty(user.Recommended, user.TrainItems, k), 1);
            case MetricKind.AveragePopularity:
                return user.Recommended.IsEmpty ? (0, 0) : (MeanUsers(user, k), 1);
        }

        if (relevant == 0)
        {
            return (0, 0);
        }

        return metric.Kind switch
        {
            MetricKind.Recall => (RankingMetrics.Recall(user.Hits, relevant, k), 1),
            MetricKind.RecallMicro => (RankingMetrics.HitCount(user.Hits, k), relevant),
            MetricKind.Precision => (RankingMetrics.Precision(user.Hits, k), 1),
            MetricKind.Map => (RankingMetrics.AveragePrecision(user.Hits, relevant, k), 1),
            MetricKind.Ndcg => (RankingMetrics.Ndcg(user.Hits, relevant, k), 1),
            MetricKind.HitRate => (RankingMetrics.HitRate(user.Hits, k), 1),
            MetricKind.Mrr when k > 0 => (RankingMetrics.ReciprocalRank(user.Hits, k), 1),
            MetricKind.Mrr => (1.0 / (1 + Smallest(user.Ranks)), 1),
            MetricKind.Epr => (SumOfPercentiles(user.Ranks, user.RankedCount), relevant),
            MetricKind.EprCatalogue => (SumOfPercentiles(user.Ranks, user.CatalogueCount), relevant),
            MetricKind.EprMidRank => (SumOfPercentiles(user.MiddleRanks, user.RankedCount), relevant),
            _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "This metric isn't a ratio over users."),
        };
    }

    private static double MeanUsers(in UserRanking user, int k)
    {
        var first = user.Recommended[..Math.Min(k, user.Recommended.Length)];
        var sum = 0L;
        foreach (var item in first)
        {
            sum += user.ItemUserCounts[item];
        }

        return (double)sum / first.Length;
    }

    private static int Smallest(ReadOnlySpan<int> ranks)
    {
        var smallest = int.MaxValue;
        foreach (var rank in ranks)
        {
            smallest = Math.Min(smallest, rank);
        }

        return smallest;
    }

    private static double SumOfPercentiles(ReadOnlySpan<double> ranks, int rankedCount)
    {
        var sum = 0.0;
        foreach (var rank in ranks)
        {
            sum += RankingMetrics.PercentileRank(rank, rankedCount);
        }

        return sum;
    }

    private static double SumOfPercentiles(ReadOnlySpan<int> ranks, int rankedCount)
    {
        var sum = 0.0;
        foreach (var rank in ranks)
        {
            sum += RankingMetrics.PercentileRank(rank, rankedCount);
        }

        return sum;
    }
}

/// <summary>What was ranked for one user, and what of it is relevant.</summary>
internal readonly ref struct UserRanking
{
    /// <summary>Recommended items, best first.</summary>
    public required ReadOnlySpan<int> Recommended { get; init; }

    /// <summary>Which of them are relevant.</summary>
    public required ReadOnlySpan<bool> Hits { get; init; }

    /// <summary>How many items are relevant at all.</summary>
    public required int RelevantCount { get; init; }

    /// <summary>Position of each relevant item in the whole ranking; empty when that isn't needed.</summary>
    public required ReadOnlySpan<int> Ranks { get; init; }

    /// <summary>The middle of the places of all items with the score of each relevant item; empty when that isn't needed.</summary>
    public required ReadOnlySpan<double> MiddleRanks { get; init; }

    /// <summary>How many items were ranked.</summary>
    public required int RankedCount { get; init; }

    /// <summary>How many items there are.</summary>
    public required int CatalogueCount { get; init; }

    /// <summary>The user's train items, ascending.</summary>
    public required ReadOnlySpan<int> TrainItems { get; init; }

    /// <summary>Distinct train users of each item.</summary>
    public required ReadOnlySpan<int> ItemUserCounts { get; init; }
}

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
            _numerators, _denominators, _metrics.Length, options.BootstrapSamples, options.Confidence, options.Seed, options.ThreadCount);
        return [.. values.Zip(intervals, (value, interval) => value with { Interval = interval })];
    }
}
