using System.ComponentModel.DataAnnotations;

namespace RecSys.Serving;

/// <summary>How answers are made and what is kept in memory for them. Configuration section <see cref="SectionName"/>.</summary>
internal sealed class ServingOptions
{
    public const string SectionName = "Serving";

    /// <summary>
    /// The longest wait for the candidate service; at most half of what the caller's deadline leaves is spent on it. 10 ms
    /// to 1 minute, default 500 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00", ErrorMessage = "It must be from 00:00:00.010 to 00:01:00.")]
    public TimeSpan CandidateTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The longest wait for the ranker; at most half of what the caller's deadline leaves is spent on it. 10 ms to 1 minute,
    /// default 250 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00", ErrorMessage = "It must be from 00:00:00.010 to 00:01:00.")]
    public TimeSpan RankerTimeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// The longest wait for one read of the database while a call is answered; at most a third of what the caller's
    /// deadline leaves is spent on it. 10 ms to 1 minute, default 400 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00", ErrorMessage = "It must be from 00:00:00.010 to 00:01:00.")]
    public TimeSpan DatabaseTimeout { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>
    /// A part of the system (candidate, ranker, database) is left alone for <see cref="BreakerPause"/> when at least this
    /// share of its calls within <see cref="BreakerSamplingTime"/> failed. 0.01 to 1, default 0.5.
    /// </summary>
    [Range(0.01, 1.0, ErrorMessage = "It must be from 0.01 to 1.")]
    public double BreakerFailureRatio { get; init; } = 0.5;

    /// <summary>Calls within that time below which a part is never left alone. 2 to 10,000, default 5.</summary>
    [Range(2, 10_000, ErrorMessage = "It must be from 2 to 10000.")]
    public int BreakerMinimumCalls { get; init; } = 5;

    /// <summary>The time over which calls are counted. 500 ms to 10 minutes, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00", ErrorMessage = "It must be from 00:00:00.500 to 00:10:00.")]
    public TimeSpan BreakerSamplingTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a part is left alone before one call tries it again. 500 ms to 5 minutes, default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:05:00", ErrorMessage = "It must be from 00:00:00.500 to 00:05:00.")]
    public TimeSpan BreakerPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Candidates that are asked for and ranked for one slate; never fewer than the slate. 10 to 1,000, default 300.</summary>
    [Range(10, 1_000, ErrorMessage = "It must be from 10 to 1000.")]
    public int CandidateCount { get; init; } = 300;

    /// <summary>
    /// Tracks of one artist in a slate, while other artists' tracks are left to fill it with. 1 to 100, default 2; 100
    /// turns it off.
    /// </summary>
    [Range(1, 100, ErrorMessage = "It must be from 1 to 100.")]
    public int MaxTracksPerArtist { get; init; } = 2;

    /// <summary>Whether the slates that are answered are recorded as exposures. Default true.</summary>
    public bool RecordExposures { get; init; } = true;

    /// <summary>
    /// Exposures that wait in memory for the bus, about 2 KB each; what comes when it is full is dropped and counted. 500 to 1,000,000,
    /// default 10,000.
    /// </summary>
    [Range(500, 1_000_000, ErrorMessage = "It must be from 500 to 1000000.")]
    public int ExposureBuffer { get; init; } = 10_000;

    /// <summary>
    /// How long exposures are collected for one message of at most 500 exposures or about 5,000 positions, from none to 1 minute; a process that is killed loses those of so
    /// long. Default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ErrorMessage = "It must be from 00:00:00 to 00:01:00.")]
    public TimeSpan ExposureInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Listens that are kept in memory of one user. 1 to 1,000, default 1,000.</summary>
    [Range(1, 1_000, ErrorMessage = "It must be from 1 to 1000.")]
    public int HistoryLength { get; init; } = 1_000;

    /// <summary>
    /// Listens that are kept in memory of all users together, about 150 bytes each; users who were not asked about the
    /// longest go first. 1,000 to 1,000,000,000, default 2,000,000.
    /// </summary>
    [Range(1_000, 1_000_000_000, ErrorMessage = "It must be from 1000 to 1000000000.")]
    public long HistoryCacheListens { get; init; } = 2_000_000;

    /// <summary>
    /// After this time a user's history is read from the database again, in case the bus lost something on its way here.
    /// 1 s to 1 day, default 1 minute.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "It must be from 00:00:01 to 1.00:00:00.")]
    public TimeSpan HistoryLifetime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Catalogue entries that are kept in memory, about 500 bytes each. 100 to 100,000,000, default 500,000.</summary>
    [Range(100, 100_000_000, ErrorMessage = "It must be from 100 to 100000000.")]
    public int CatalogueCacheTracks { get; init; } = 500_000;

    /// <summary>After this time a catalogue entry is read from the database again. 1 s to 1 day, default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "It must be from 00:00:01 to 1.00:00:00.")]
    public TimeSpan CatalogueLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// For how long a track that the catalogue lacks is not looked for again. 0 to 1 hour, default 10 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "It must be from 00:00:00 to 01:00:00.")]
    public TimeSpan UnknownTrackLifetime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Lists of similar tracks that are kept in memory for when the candidate service is away. 3 to 10,000,000, default 20,000.</summary>
    [Range(3, 10_000_000, ErrorMessage = "It must be from 3 to 10000000.")]
    public int SimilarCacheTracks { get; init; } = 20_000;

    /// <summary>Popular tracks that are kept in memory. 100 to 10,000,000, default 10,000.</summary>
    [Range(100, 10_000_000, ErrorMessage = "It must be from 100 to 10000000.")]
    public int PopularTracks { get; init; } = 10_000;

    /// <summary>
    /// How often the database is asked which version is active, in case a message about it was missed. 1 s to 1 day,
    /// default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "It must be from 00:00:01 to 1.00:00:00.")]
    public TimeSpan ModelPollInterval { get; init; } = TimeSpan.FromSeconds(30);
}
