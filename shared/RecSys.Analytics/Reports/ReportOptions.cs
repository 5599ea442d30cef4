using RecSys.Lake;
namespace RecSys.Analytics.Reports;

/// <summary>What a report is about.</summary>
public sealed record ReportOptions
{
    /// <summary>Names of the imports to read, and nothing else. Empty, the default: everything in the lake.</summary>
    public IReadOnlyList<string> Imports { get; init; } = [];

    /// <summary>The pause after which a user's next listen begins a new session, above 0. Default: 30 minutes.</summary>
    public TimeSpan SessionGap { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Length of the rankings, from 1. Default: 10.</summary>
    public int TopCount { get; init; } = 10;

    /// <summary>
    /// Names from outside the lake, such as those that producers put into the catalogue's database. Imported names come
    /// first where both know a track. Null: none.
    /// </summary>
    public IAsyncEnumerable<LakeTrack>? Names { get; init; }
}
