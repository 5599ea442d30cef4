namespace RecSys.Analytics.Upkeep;

/// <summary>What the deletion of a user removed.</summary>
/// <param name="Rows">Rows of the user that were removed, repeated listens counted as often as they were stored.</param>
/// <param name="Segments">Segments that were written again without them, or removed.</param>
/// <param name="Imports">Names of the imports that were written again without them.</param>
public sealed record UserDeletionReport(long Rows, int Segments, IReadOnlyList<string> Imports);
