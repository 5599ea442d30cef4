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
    /// Segments of a date from which they are merged in the background, 0 to 10,000; 0 merges none, 1 is as 2. Default 64.
    /// </summary>
    [Range(0, 10_000, ErrorMessage = "It must be 0 to 10,000.")]
    public int CompactFromSegments { get; init; } = 64;

    /// <summary>How often ingest looks for dates with so many segments, 00:00:01 to 1 day. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "It must be from 00:00:01 to 1.00:00:00.")]
    public TimeSpan CompactInterval { get; init; } = TimeSpan.FromMinutes(5);
}
