namespace RecSys.Analytics.Reports.Figures;

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
