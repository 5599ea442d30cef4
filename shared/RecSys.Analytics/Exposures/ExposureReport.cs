using RecSys.Algorithms.Experiments;

namespace RecSys.Analytics.Exposures;

/// <summary>How often what was shown was played.</summary>
/// <param name="Query">What was looked at.</param>
/// <param name="Total">All of it.</param>
/// <param name="Versions">By model version, in the order of their names.</param>
/// <param name="Arms">By experiment and arm.</param>
/// <param name="Sources">By the strongest source.</param>
/// <param name="Ranks">By position, the first position first.</param>
/// <param name="Cells">By all of these together.</param>
public sealed record ExposureReport(
    ExposureQuery Query,
    ExposureCounts Total,
    IReadOnlyList<ExposureCounts> Versions,
    IReadOnlyList<ExposureCounts> Arms,
    IReadOnlyList<ExposureCounts> Sources,
    IReadOnlyList<ExposureCounts> Ranks,
    IReadOnlyList<ExposureCounts> Cells);

/// <summary>Exposures that have something in common. What they have not in common is null; a text is empty where it is unknown.</summary>
/// <param name="Exposures">Slates that have such a position.</param>
/// <param name="Shown">Positions.</param>
/// <param name="Played">Positions whose track the user played within the window.</param>
/// <param name="MeanPlayedShare">Mean over the played ones of the largest share that was played, 0 to 1; null when unknown of all.</param>
public sealed record ExposureCounts(long Exposures, long Shown, long Played, double? MeanPlayedShare)
{
    /// <summary>The model version that made them.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>The experiment.</summary>
    public string? Experiment { get; init; }

    /// <summary>The experiment's arm.</summary>
    public string? Arm { get; init; }

    /// <summary>The strongest source.</summary>
    public string? Source { get; init; }

    /// <summary>The position, from 1.</summary>
    public int? Rank { get; init; }

    /// <summary>Share of the positions that were played, and its interval of 95 %, as if positions were independent of each other.</summary>
    public WilsonInterval PlayRate => WilsonInterval.Of(Played, Shown);
}
