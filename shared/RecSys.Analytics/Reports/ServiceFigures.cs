namespace RecSys.Analytics.Reports;

/// <summary>What a service's own log says beside its listens.</summary>
/// <param name="Import">The import's name.</param>
/// <param name="Events">Events in the log.</param>
/// <param name="Latencies">Time to answer; null when no event says it.</param>
/// <param name="Arms">The arms of the experiments in it.</param>
/// <param name="Neighbors">How alike users are; null where nobody computed it.</param>
public sealed record ServiceFigures(
    string Import, long Events, LatencyFigures? Latencies, IReadOnlyList<ArmFigures> Arms, NeighborFigures? Neighbors);

/// <summary>One arm of an experiment.</summary>
/// <param name="Experiment">The experiment's name.</param>
/// <param name="Arm">The arm's name.</param>
/// <param name="Users">Users who were in it.</param>
/// <param name="Sessions">Their sessions: a session ends with the event <c>last</c>.</param>
/// <param name="MeanTimePerSession">
/// Mean over users of the played shares of a session, added up. A user counts once, because users were assigned, not sessions.
/// </param>
/// <param name="VarianceOfTimePerSession">Unbiased variance of the same over users.</param>
public sealed record ArmFigures(
    string Experiment, string Arm, long Users, long Sessions, double MeanTimePerSession, double VarianceOfTimePerSession);

/// <summary>How long a service took to answer, in milliseconds.</summary>
/// <param name="Count">Answers that were timed.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Median">Half were not slower.</param>
/// <param name="Percentile90">90 % were not slower.</param>
/// <param name="Percentile95">95 % were not slower.</param>
/// <param name="Percentile99">99 % were not slower.</param>
/// <param name="Percentile999">99.9 % were not slower.</param>
/// <param name="Max">The slowest.</param>
public sealed record LatencyFigures(
    long Count, double Mean, double Median, double Percentile90, double Percentile95, double Percentile99, double Percentile999, double Max);

/// <summary>How alike users are: cosines between their listened shares, each less the user's mean.</summary>
/// <param name="MeanPositive">Mean number of users with a positive cosine.</param>
/// <param name="MeanNegative">Mean number of users with a negative cosine.</param>
/// <param name="Alone">Users who resemble nobody, either way.</param>
/// <param name="Users">All users.</param>
public sealed record NeighborFigures(double MeanPositive, double MeanNegative, int Alone, int Users);
