using System.ComponentModel.DataAnnotations;

namespace RecSys.Ingest;

/// <summary>Settings of ingest, section <c>Ingest</c>.</summary>
internal sealed class IngestOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Ingest";

    /// <summary>
    /// Batches of one StreamListens call that may await the bus at the same time, 1 to 1,000; the stream is read no further
    /// meanwhile. A call holds at most this many batches of 500 listens in memory, about 100 KB each. Default 32.
    /// </summary>
    [Range(1, 1_000, ErrorMessage = "It must be 1 to 1,000.")]
    public int UnconfirmedBatchesPerStream { get; init; } = 32;

    /// <summary>
    /// How many of the listens that it took last, and of the exposures, a process remembers at least, 1 to 100,000,000, to say in its
    /// answers how many it knew; each takes up to 50 bytes. Default 1,000,000.
    /// </summary>
    [Range(1, 100_000_000, ErrorMessage = "It must be 1 to 100,000,000.")]
    public int KnownEvents { get; init; } = 1_000_000;

    /// <summary>
    /// Whether a listen that says how long its track lasts is left out where another producer's listen of the same user and track began
    /// within half of that time: a second player's report of the same play. It is kept with the rejected ones. Default true.
    /// </summary>
    public bool LeavesOutNearDuplicates { get; init; } = true;

    /// <summary>Rejected listens that are kept, the newest ones, 1 to 10,000,000. Default 100,000.</summary>
    [Range(1, 10_000_000, ErrorMessage = "It must be 1 to 10,000,000.")]
    public int RejectedListens { get; init; } = 100_000;

    /// <summary>How long a rejected listen is kept, from 1 hour to 3,650 days. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00", ErrorMessage = "It must be from 01:00:00 to 3650.00:00:00 (days.hours:minutes:seconds).")]
    public TimeSpan RejectedListenAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// ListenBrainz requests that one token, or one address without a token, may make in ten seconds, 1 to 1,000,000. Default 100.
    /// </summary>
    [Range(1, 1_000_000, ErrorMessage = "It must be 1 to 1,000,000.")]
    public int RequestsPerToken { get; init; } = 100;
}
