using RecSys.Algorithms.Metrics;

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
