using RecSys.Algorithms.Metrics;

namespace RecSys.Algorithms.Evaluation;

/// <summary>A measured metric.</summary>
/// <param name="Metric">What was measured.</param>
/// <param name="Value">Its value; 0 when there was nobody to measure.</param>
/// <param name="Interval">
/// Its bootstrap interval over users; null when none was asked for, and for coverage, which isn't a mean over users.
/// </param>
public sealed record MetricValue(Metric Metric, double Value, ConfidenceInterval? Interval = null);
