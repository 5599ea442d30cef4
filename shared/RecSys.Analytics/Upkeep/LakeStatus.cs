using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Data.Segments;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Upkeep;

/// <summary>What lies in a lake.</summary>
/// <param name="Dates">The dates that have segments of listens, in order.</param>
/// <param name="Imports">The imports by name.</param>
/// <param name="Exposures">The dates that have segments of exposures, in order; a row is a position of a slate.</param>
public sealed record LakeStatus(
    IReadOnlyList<LakeDateStatus> Dates, IReadOnlyList<LakeImportStatus> Imports, IReadOnlyList<LakeDateStatus> Exposures)
{
    /// <summary>Segments of listens of all dates.</summary>
    public int Segments => Dates.Sum(date => date.Segments);

    /// <summary>Rows of all segments; a listen that was added several times is counted each time until it is compacted.</summary>
    public long Rows => Dates.Sum(date => date.Rows);

    /// <summary>Size of all segments in bytes.</summary>
    public long Bytes => Dates.Sum(date => date.Bytes);

    internal static LakeStatus Of(LakeQueries queries, LakeSnapshot snapshot) => new(
        DatesOf(snapshot, SegmentKind.Listens),
        [
            .. snapshot.Segments
                .Where(segment => segment.Kind == SegmentKind.Import)
                .Select(import => new LakeImportStatus(ImportedLog.Open(queries, snapshot, import.Name).Report, import.Bytes)),
        ],
        DatesOf(snapshot, SegmentKind.Exposures));

    private static IReadOnlyList<LakeDateStatus> DatesOf(LakeSnapshot snapshot, SegmentKind kind) =>
    [
        .. snapshot.Segments
            .Where(segment => segment.Kind == kind)
            .GroupBy(segment => LakeFolders.DateOf(segment.Path) ?? LakeFolders.ManyDates)
            .Select(date => new LakeDateStatus(date.Key, date.Count(), date.Sum(segment => segment.Rows), date.Sum(segment => segment.Bytes)))
            .OrderBy(date => date.Date, StringComparer.Ordinal),
    ];
}

/// <summary>The segments of a date.</summary>
/// <param name="Date">The UTC date, such as 2025-03-14; <c>late</c> for segments with rows of several.</param>
/// <param name="Segments">How many there are.</param>
/// <param name="Rows">Their rows.</param>
/// <param name="Bytes">Their size.</param>
public sealed record LakeDateStatus(string Date, int Segments, long Rows, long Bytes);

/// <summary>An import.</summary>
/// <param name="Report">What it found and kept.</param>
/// <param name="Bytes">Size of its files.</param>
public sealed record LakeImportStatus(ImportReport Report, long Bytes);
