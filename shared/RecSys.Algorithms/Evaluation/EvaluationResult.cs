using RecSys.Algorithms.Metrics;

namespace RecSys.Algorithms.Evaluation;

/// <summary>What a model achieved on test interactions.</summary>
public sealed record EvaluationResult
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>Users with test items, over whom accuracy is averaged.</summary>
    public required int Users { get; init; }

    /// <summary>Users that lists were made for.</summary>
    public required int ServedUsers { get; init; }

    /// <summary>Test pairs that counted as relevant.</summary>
    public required long TestPairs { get; init; }

    /// <summary>One value for each metric asked for, in that order.</summary>
    public required IReadOnlyList<MetricValue> Metrics { get; init; }

    /// <summary>Results by activity, least active first; empty when not asked for.</summary>
    public required IReadOnlyList<ActivityGroup> ActivityGroups { get; init; }

    /// <summary>How long measuring took, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>The value of a metric.</summary>
    /// <exception cref="KeyNotFoundException">It wasn't measured.</exception>
    public double this[Metric metric] => Metrics.FirstOrDefault(m => m.Metric == metric)?.Value
        ?? throw new KeyNotFoundException($"{metric} was not measured.");

    /// <summary>The value of a metric by its name, such as <c>recall@20</c>.</summary>
    public double this[string metric] => this[Metric.Parse(metric)];
}
