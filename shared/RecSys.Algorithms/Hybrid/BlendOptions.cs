using RecSys.Algorithms.Evaluation;

namespace RecSys.Algorithms.Hybrid;

/// <summary>How blend weights are fitted; see <see cref="BlendFitter"/>.</summary>
public sealed record BlendOptions
{
    /// <summary>What is maximised: a metric with a cut-off that is a mean over users.</summary>
    public Metric Metric { get; init; } = new(MetricKind.Ndcg, 20);

    /// <summary>Users drawn from those with validation items; more is steadier and slower.</summary>
    public int MaxUsers { get; init; } = 4000;

    /// <summary>Best items of each model that may enter a blended list; a few times the metric's cut-off.</summary>
    public int CandidatesPerModel { get; init; } = 200;

    /// <summary>Seed of the draw.</summary>
    public int Seed { get; init; }

    /// <summary>Threads; 0 takes every core.</summary>
    public int ThreadCount { get; init; }

    internal void Validate()
    {
        if (Metric.CutOff < 1 || Metric.Kind is not (MetricKind.Recall or MetricKind.Precision or MetricKind.Map
            or MetricKind.Ndcg or MetricKind.HitRate or MetricKind.Mrr))
        {
            throw new AlgorithmException(
                AlgorithmError.InvalidSetting, $"A blend can't be fitted to {Metric}; take a mean over users with a cut-off, such as ndcg@20.");
        }

        if (MaxUsers < 1 || CandidatesPerModel < Metric.CutOff || ThreadCount < 0)
        {
            throw new AlgorithmException(
                AlgorithmError.InvalidSetting,
                $"MaxUsers must be 1 or more, CandidatesPerModel at least the cut-off {Metric.CutOff}, ThreadCount 0 or more.");
        }
    }
}
