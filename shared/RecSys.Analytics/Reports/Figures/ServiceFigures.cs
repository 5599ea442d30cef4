namespace RecSys.Analytics.Reports.Figures;

/// <summary>What a service's own log says beside its listens.</summary>
/// <param name="Import">The import's name.</param>
/// <param name="Events">Events in the log.</param>
/// <param name="Latencies">Time to answer; null when no event says it.</param>
/// <param name="Arms">The arms of the experiments in it.</param>
/// <param name="Neighbors">How alike users are; null where nobody computed it.</param>
public sealed record ServiceFigures(
    string Import, long Events, LatencyFigures? Latencies, IReadOnlyList<ArmFigures> Arms, NeighborFigures? Neighbors);
