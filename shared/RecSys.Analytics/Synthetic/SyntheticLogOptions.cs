namespace RecSys.Analytics.Synthetic;

/// <summary>The size of a generated log. The same options give the same log on every machine.</summary>
public sealed record SyntheticLogOptions
{
    /// <summary>Every listen lies before this time.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>Seed of all randomness. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Listeners, from 1. Default: 1,000.</summary>
    public int UserCount { get; init; } = 1_000;

    /// <summary>Tracks of the catalogue, from 100. Default: 5,000.</summary>
    public int TrackCount { get; init; } = 5_000;

    /// <summary>Listens, from <see cref="UserCount"/> to 10,000 for each user. Default: 300,000.</summary>
    public int ListenCount { get; init; } = 300_000;

    /// <summary>Days over which the log extends, from 60. Default: 365.</summary>
    public int Days { get; init; } = 365;
}
