namespace RecSys.Algorithms.Evaluation;

/// <summary>What to measure, and how.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The metrics; at least one.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = Metric.ParseList("recall@20,ndcg@20,map@20,hit-rate@20,coverage@20");

    /// <summary>
    /// True: train items are neither recommended nor counted as relevant, so that only what is new to a user counts.
    /// False: repeats are recommended and counted.
    /// </summary>
    public bool NewOnly { get; init; } = true;

    /// <summary>How many times users are drawn for confidence intervals; 0 leaves the intervals out, 1,000 is usual.</summary>
    public int BootstrapSamples { get; init; }

    /// <summary>Confidence of the intervals, between 0 and 1.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Seed of the bootstrap.</summary>
    public int Seed { get; init; }

    /// <summary>In how many groups of about equal size users are reported by their number of train items; 0 or 1 for none.</summary>
    public int ActivityGroups { get; init; }

    /// <summary>Threads; 0 takes every core.</summary>
    public int ThreadCount { get; init; }

    internal int MaxCutOff => Metrics.Max(m => m.CutOff);

    internal bool NeedsMiddleRanks => Metrics.Any(m => m.Kind == MetricKind.EprMidRank);

    internal bool NeedsFullRanking => Metrics.Any(m => m.NeedsFullRanking);

    /// <summary>Metrics of lists alone are means over everybody that is served, not only over users with test items.</summary>
    internal bool ServesEverybody => Metrics.Any(m =>
        m.Kind is MetricKind.Coverage or MetricKind.CoveragePerUser or MetricKind.Novelty or MetricKind.AveragePopularity);

    internal void Validate()
    {
        if (Metrics.Count == 0)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, "No metric is asked for; name at least one, such as recall@20.");
        }

        if (BootstrapSamples is < 0 or 1)
        {
            throw new AlgorithmException(
                AlgorithmError.InvalidSetting, $"BootstrapSamples is {BootstrapSamples}; give 0 for no intervals, or 2 or more, such as 1,000.");
        }

        if (ActivityGroups < 0 || ThreadCount < 0)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, "ActivityGroups and ThreadCount must be 0 or more.");
        }
    }
}
