namespace RecSys.Algorithms.Evaluation;

/// <summary>The metrics of users with a similar number of train items.</summary>
/// <param name="MinTrainItems">Fewest train items of a user in the group.</param>
/// <param name="MaxTrainItems">Most train items of a user in the group.</param>
/// <param name="Users">Users with test items in the group.</param>
/// <param name="Metrics">The group's metrics; coverage is left out.</param>
public sealed record ActivityGroup(int MinTrainItems, int MaxTrainItems, int Users, IReadOnlyList<MetricValue> Metrics);
