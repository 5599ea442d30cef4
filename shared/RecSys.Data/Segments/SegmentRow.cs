namespace RecSys.Data.Segments;

/// <summary>What files of the lake are.</summary>
public enum SegmentKind
{
    /// <summary>A file of listens.</summary>
    Listens,

    /// <summary>The folder of an imported log.</summary>
    Import,

    /// <summary>A file of exposures, a row for each position of a slate.</summary>
    Exposures,
}

/// <summary>A file of listens or exposures, or an imported log, that the lake has. What has no row in the catalogue is not part of the lake.</summary>
/// <param name="Path">Where it is within the lake, with slashes; no two ever have the same.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The name of an import; empty otherwise.</param>
/// <param name="Files">The names of an import's files, a line each; empty otherwise.</param>
/// <param name="Rows">How many listens, or positions of slates, it holds.</param>
/// <param name="Bytes">The size of its files.</param>
/// <param name="FirstListen">Time of its earliest listen or exposure.</param>
/// <param name="LastListen">Time of its latest listen or exposure.</param>
public sealed record SegmentRow(
    string Path, SegmentKind Kind, string Name, string Files, long Rows, long Bytes, DateTimeOffset FirstListen, DateTimeOffset LastListen)
{
    /// <summary>When it became part of the lake.</summary>
    public DateTimeOffset AddedAt { get; init; }

    /// <summary>When it ceased to be part of the lake; null while it is one. Its files stay until nobody reads them.</summary>
    public DateTimeOffset? RemovedAt { get; init; }

    /// <summary>
    /// The newest reader when the removal was first seen by whoever removes files; null before. It and those before it may have been told of
    /// this segment, those after it were not.
    /// </summary>
    internal long? LastReader { get; init; }

    /// <summary>Whether it holds listens, ingested or imported.</summary>
    public bool HoldsListens => Kind != SegmentKind.Exposures;
}

/// <summary>Somebody who reads what was part of the lake at a moment.</summary>
internal sealed record SegmentReaderRow(string ReaderId, DateTimeOffset ReadAt, DateTimeOffset ExpiresAt)
{
    /// <summary>Larger than that of every reader who was there before; two who come at the same moment may have the same.</summary>
    public long Number { get; init; }
}

/// <summary>A message whose listens or exposures are stored: when it comes again, it is known.</summary>
internal sealed record StoredMessageRow(Guid MessageId, DateTimeOffset StoredAt);
