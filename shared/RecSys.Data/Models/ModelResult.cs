namespace RecSys.Data.Models;

/// <summary>What is known of a training once it has ended well.</summary>
/// <param name="Metrics">Finite values by name, such as <c>als/recall@20</c>.</param>
/// <param name="UserCount">Users in the training data.</param>
/// <param name="TrackCount">Tracks in the training data.</param>
/// <param name="InteractionCount">Distinct (user, track) cells in the training data.</param>
/// <param name="TrainingTime">How long it took.</param>
/// <param name="Refusal">Why the version should not answer although it is whole, for a person; null when nothing speaks against it.</param>
public sealed record ModelResult(
    IReadOnlyDictionary<string, double> Metrics,
    long UserCount,
    long TrackCount,
    long InteractionCount,
    TimeSpan TrainingTime,
    string? Refusal = null);
