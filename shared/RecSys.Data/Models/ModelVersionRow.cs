namespace RecSys.Data.Models;

/// <summary>What is known of one model version: all outputs of one training, published and rolled back together.</summary>
public sealed record ModelVersionRow
{
    /// <summary>Its id, such as <c>20261121T204455Z-1f3a</c>.</summary>
    public required string Version { get; init; }

    /// <summary>How far it is.</summary>
    public ModelStatus Status { get; init; } = ModelStatus.Training;

    /// <summary>When the training began.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Settings by key, defaults included.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Metrics by name, such as <c>als/recall@20</c>; empty until the training has ended.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>Users in the training data.</summary>
    public long UserCount { get; init; }

    /// <summary>Tracks in the training data.</summary>
    public long TrackCount { get; init; }

    /// <summary>Distinct (user, track) cells in the training data.</summary>
    public long InteractionCount { get; init; }

    /// <summary>How long the training took, kept to the millisecond; null until it has ended.</summary>
    public TimeSpan? TrainingTime { get; init; }

    /// <summary>Why it failed or was refused; null otherwise.</summary>
    public string? Error { get; init; }

    /// <summary>The version that this one was refreshed from without a new fit; null for one that was trained afresh.</summary>
    public string? BaseVersion { get; init; }

    /// <summary>
    /// The number of the newest deletion that its data heeds: whoever was deleted later is in it, and must not be looked for in it any more.
    /// </summary>
    public long HeededDeletions { get; init; }

    internal bool HasResult(ModelResult result) =>
        Status == (result.Refusal is null ? ModelStatus.Ready : ModelStatus.Refused)
        && (UserCount, TrackCount, InteractionCount) == (result.UserCount, result.TrackCount, result.InteractionCount)
        && (long?)TrainingTime?.TotalMilliseconds == (long)result.TrainingTime.TotalMilliseconds
        && Metrics.Count == result.Metrics.Count
        && result.Metrics.All(metric => Metrics.TryGetValue(metric.Key, out var value) && value == metric.Value);
}

/// <summary>How far a model version is.</summary>
public enum ModelStatus
{
    /// <summary>Being written; seen by nobody.</summary>
    Training = 1,

    /// <summary>Whole and ready to be activated.</summary>
    Ready = 2,

    /// <summary>The training ended with an error; its rows are gone.</summary>
    Failed = 3,

    /// <summary>Whole, but measured to be worse than the version that was active; activated only when forced.</summary>
    Refused = 4,
}

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

/// <summary>Which version answers: the only row of its table.</summary>
/// <param name="Version">The active version.</param>
/// <param name="PreviousVersion">The version that was active before, to which a rollback returns; null when there is none.</param>
/// <param name="ActivatedAt">When the switch was made.</param>
public sealed record ActiveModelRow(string Version, string? PreviousVersion, DateTimeOffset ActivatedAt)
{
    /// <summary>Always 1: the key allows no second row.</summary>
    internal int Id { get; init; } = 1;
}
