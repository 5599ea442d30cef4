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
}
