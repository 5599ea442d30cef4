namespace RecSys.Analytics.Upkeep;

/// <summary>What lies in a lake.</summary>
/// <param name="Dates">The dates that have segments, in order.</param>
/// <param name="Imports">The imports by name.</param>
public sealed record LakeStatus(IReadOnlyList<LakeDateStatus> Dates, IReadOnlyList<LakeImportStatus> Imports)
{
    /// <summary>Segments of all dates.</summary>
    public int Segments => Dates.Sum(date => date.Segments);

    /// <summary>Rows of all segments; a listen that was added several times is counted each time until it is compacted.</summary>
    public long Rows => Dates.Sum(date => date.Rows);

    /// <summary>Size of all segments in bytes.</summary>
    public long Bytes => Dates.Sum(date => date.Bytes);
}
