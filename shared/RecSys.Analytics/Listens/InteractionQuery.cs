namespace RecSys.Analytics.Listens;

/// <summary>Which listens to read: those from <see cref="After"/> on and before <see cref="Before"/>.</summary>
/// <remarks>
/// A split at time t reads <c>Before = t</c> for training and <c>After = t</c> for testing: every listen is on exactly one
/// side. Listens of unknown time count as older than all others.
/// </remarks>
public sealed record InteractionQuery
{
    /// <summary>Everything in the lake.</summary>
    public static readonly InteractionQuery All = new();

    /// <summary>Only listens at this time or later; null: from the first.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Only listens before this time; null: to the last.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Whether the time of every listen is kept, 8 bytes each, for models of sequences. Default: only the last of a cell.</summary>
    public bool KeepsListenTimes { get; init; }

    /// <summary>The parts of the lake to read. Default: all.</summary>
    public LakeSources Sources { get; init; } = LakeSources.All;

    /// <summary>The imports to read, by name, and then nothing else. Default: what <see cref="Sources"/> says.</summary>
    public IReadOnlyList<string> Imports { get; init; } = [];
}

/// <summary>The parts of the lake that a query reads.</summary>
[Flags]
public enum LakeSources
{
    /// <summary>The segments that ingest wrote: <c>listens/</c>.</summary>
    Listens = 1,

    /// <summary>The logs that were imported: <c>imports/</c>.</summary>
    Imports = 2,

    /// <summary>Both.</summary>
    All = Listens | Imports,
}
