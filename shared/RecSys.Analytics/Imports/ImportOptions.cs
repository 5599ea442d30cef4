namespace RecSys.Analytics.Imports;

/// <summary>How a log is imported.</summary>
public sealed record ImportOptions
{
    /// <summary>
    /// The import's name in the lake: 1 to 64 of a-z, 0-9, '-', '_' and '.', not beginning with '.'. An import of that name is
    /// replaced. Null, the default: the format's name.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>
    /// Who listened, in exports of one person (<see cref="LogImporter.FormatsOfOnePerson"/>). Null, the default: whom the export
    /// names; where it names nobody, the import is refused.
    /// </summary>
    public string? User { get; init; }

    /// <summary>What becomes a track, in formats that name both artists and tracks. Default: the track.</summary>
    public ImportLevel Level { get; init; }

    /// <summary>Listens before it are dropped by <see cref="ImportRules.OutsidePeriod"/>; null, the default: none are.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Listens after it are dropped by <see cref="ImportRules.OutsidePeriod"/>; null, the default: none are.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>
    /// Listens that a user may have on one UTC date; on a busier date all of that user's are dropped by
    /// <see cref="ImportRules.Bot"/>. 0: any number. Null, the default: <see cref="ImportRules.ListensOfFullDay"/> in logs of
    /// single plays, any number in others (ratings, aggregated plays).
    /// </summary>
    public int? MaxListensPerDay { get; init; }

    /// <summary>
    /// Users with at most so many listens after all other rules are cold: their listens are set aside in a file that training
    /// does not read (<see cref="ImportRules.Cold"/>). 0, the default: nobody is.
    /// </summary>
    public int ColdListens { get; init; }

    /// <summary>
    /// Whether listens of tracks that the log's catalogue does not have are dropped by <see cref="ImportRules.UnknownTrack"/>.
    /// Null, the default: in formats whose catalogue belongs to the log, which is <c>yandex</c>.
    /// </summary>
    public bool? KnownTracksOnly { get; init; }

    /// <summary>Whether to read, clean and report only: the lake stays as it was.</summary>
    public bool DryRun { get; init; }

    /// <summary>Whether a single dropped row keeps the whole import out of the lake; <see cref="ImportReport.Stored"/> says so.</summary>
    public bool Strict { get; init; }

    /// <summary>Rows of the users that are cleaned at a time: about 50 bytes each are grouped in memory.</summary>
    internal long RowsPerBucket { get; init; } = 8_000_000;

    /// <summary>Is told the share that is done, 0 to 1, and what is being done, on any thread. Null, the default: nobody is.</summary>
    public Action<double, string>? Progress { get; init; }
}

/// <summary>What becomes a track of the lake, in logs that name both.</summary>
public enum ImportLevel
{
    /// <summary>The track.</summary>
    Track,

    /// <summary>Its artist.</summary>
    Artist,
}
