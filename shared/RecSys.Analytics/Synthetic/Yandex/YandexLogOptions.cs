namespace RecSys.Analytics.Synthetic.Yandex;

/// <summary>
/// The size of a generated log. The same options give the same rows in the same order, whatever the threads and the memory.
/// </summary>
public sealed record YandexLogOptions
{
    /// <summary>The most listens that a user may have on average; the most active one has about a hundred times as many.</summary>
    public const int MaxMeanInteractions = 300;

    /// <summary>Users, 16 to 10,000,000. Default: 10,000.</summary>
    public int UserCount { get; init; } = 10_000;

    /// <summary>Tracks of the catalogue, 500 to 10,000,000. Default: 20,000.</summary>
    public int TrackCount { get; init; } = 20_000;

    /// <summary>Rows of interactions, 2 to <see cref="MaxMeanInteractions"/> for each user. Default: 1,000,000.</summary>
    public long InteractionCount { get; init; } = 1_000_000;

    /// <summary>Days over which the log extends, 30 to 3,650, from 2022-01-01. Default: 365.</summary>
    public int Days { get; init; } = 365;

    /// <summary>Seed of all randomness, from 0. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What is wrong with the options, naming the option; null when nothing is.</summary>
    public string? Problem() => this switch
    {
        { UserCount: < 16 or > 10_000_000 } => "users must be 16 to 10,000,000",
        { TrackCount: < 500 or > 10_000_000 } => "tracks must be 500 to 10,000,000",
        { Days: < 30 or > 3_650 } => "days must be 30 to 3,650",
        { Seed: < 0 } => "the seed must not be negative",
        _ when InteractionCount < 2L * UserCount => "interactions must be at least 2 a user",
        _ when InteractionCount > (long)MaxMeanInteractions * UserCount => $"interactions must be at most {MaxMeanInteractions} a user",
        _ => null,
    };
}
