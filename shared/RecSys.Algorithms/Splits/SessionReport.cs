namespace RecSys.Algorithms.Splits;

/// <summary>What <see cref="NextTrackPairs.FromLog"/> made of a log.</summary>
/// <param name="Listens">Rows of the log.</param>
/// <param name="Sessions">Sessions found.</param>
/// <param name="SingleListenSessions">Sessions of one listen, which make no pair.</param>
/// <param name="Pairs">Pairs made.</param>
/// <param name="DroppedRepeats">Pairs of a track with itself that were left out.</param>
public sealed record SessionReport(long Listens, int Sessions, int SingleListenSessions, int Pairs, int DroppedRepeats);
