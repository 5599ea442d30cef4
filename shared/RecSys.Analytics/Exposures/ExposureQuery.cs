namespace RecSys.Analytics.Exposures;

/// <summary>Which exposures to look at, and which plays are counted for them.</summary>
public sealed record ExposureQuery
{
    /// <summary>Everything in the lake, with plays within an hour.</summary>
    public static readonly ExposureQuery All = new();

    /// <summary>Only exposures that were shown at this time or later; null: from the first.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Only exposures that were shown before this time; null: to the last.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>
    /// How long after it was shown the play of a track may begin to be counted, above 0. Default: 1 hour, about as long as a slate of ten
    /// tracks plays and a person remembers it.
    /// </summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromHours(1);
}
