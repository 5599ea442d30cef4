namespace RecSys.Analytics.Imports;

/// <summary>The rules for listens, in the order in which they are applied.</summary>
public static class ImportRules
{
    /// <summary>The header stands in the rows again.</summary>
    public const string HeaderRow = "header-row";

    /// <summary>The row has too few or too many columns, or its weight or time is missing or can't be read.</summary>
    public const string Unparseable = "unparseable";

    /// <summary>The user or the track is null or empty.</summary>
    public const string EmptyId = "empty-id";

    /// <summary>The user or the track is longer than 256 characters or has control characters.</summary>
    public const string InvalidId = "invalid-id";

    /// <summary>The weight is not above 0 and at most 10,000,000.</summary>
    public const string WeightOutOfRange = "weight-out-of-range";

    /// <summary>The share of the track that was played is not 0 to 1.</summary>
    public const string ShareOutOfRange = "share-out-of-range";

    /// <summary>The time is before 1970 or more than a day ahead of the clock.</summary>
    public const string TimeOutOfRange = "time-out-of-range";

    /// <summary>The time is before <see cref="ImportOptions.Since"/> or after <see cref="ImportOptions.Until"/>.</summary>
    public const string OutsidePeriod = "outside-period";

    /// <summary>The track is not in the catalogue, or was dropped there.</summary>
    public const string UnknownTrack = "unknown-track";

    /// <summary>Another row has the same user, track and time; the one with the largest weight is kept.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>The user has more listens on that UTC date than a day can hold.</summary>
    public const string Bot = "bot";

    /// <summary>The user has too few listens to learn from. They are set aside, not thrown away.</summary>
    public const string Cold = "cold";

    /// <summary>A play counts as a listen from 30 seconds on: a day holds 2,880 of them.</summary>
    public const int ListensOfFullDay = 24 * 60 * 60 / 30;

    /// <summary>Examples that a report gives of what a rule dropped.</summary>
    public const int ExampleCount = 3;

    internal const double MaxWeight = 10_000_000;

    /// <summary>All rules in order.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        HeaderRow, Unparseable, EmptyId, InvalidId, WeightOutOfRange, ShareOutOfRange, TimeOutOfRange, OutsidePeriod, UnknownTrack,
        Duplicate, Bot, Cold,
    ];
}
