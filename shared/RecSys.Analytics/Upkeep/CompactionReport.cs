namespace RecSys.Analytics.Upkeep;

/// <summary>What a compaction did.</summary>
/// <param name="Dates">Dates whose segments were merged.</param>
/// <param name="SegmentsBefore">Segments that were merged.</param>
/// <param name="SegmentsAfter">Segments that took their place.</param>
/// <param name="BytesBefore">Size of the segments that were merged.</param>
/// <param name="BytesAfter">Size of those in their place.</param>
/// <param name="RowsBefore">Rows that were merged.</param>
/// <param name="RowsAfter">Rows in their place: each listen once.</param>
public sealed record CompactionReport(
    int Dates, int SegmentsBefore, int SegmentsAfter, long BytesBefore, long BytesAfter, long RowsBefore, long RowsAfter)
{
    /// <summary>Nothing was to be done.</summary>
    public static readonly CompactionReport Nothing = new(0, 0, 0, 0, 0, 0, 0);

    internal CompactionReport Add(CompactionReport other) => new(
        Dates + other.Dates,
        SegmentsBefore + other.SegmentsBefore,
        SegmentsAfter + other.SegmentsAfter,
        BytesBefore + other.BytesBefore,
        BytesAfter + other.BytesAfter,
        RowsBefore + other.RowsBefore,
        RowsAfter + other.RowsAfter);
}
