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

/// <summary>A measured metric.</summary>
/// <param name="Metric">What was measured.</param>
/// <param name="Value">Its value; 0 when there was nobody to measure.</param>
/// <param name="Interval">
/// Its bootstrap interval over users; null when none was asked for, and for coverage, which isn't a mean over users.
/// </param>
public sealed record MetricValue(Metric Metric, double Value, ConfidenceInterval? Interval = null);

/// <summary>The metrics of users with a similar number of train items.</summary>
/// <param name="MinTrainItems">Fewest train items of a user in the group.</param>
/// <param name="MaxTrainItems">Most train items of a user in the group.</param>
/// <param name="Users">Users with test items in the group.</param>
/// <param name="Metrics">The group's metrics; coverage is left out.</param>
public sealed record ActivityGroup(int MinTrainItems, int MaxTrainItems, int Users, IReadOnlyList<MetricValue> Metrics);
