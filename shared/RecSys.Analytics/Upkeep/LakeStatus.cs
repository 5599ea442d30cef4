using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Lake.Storage;

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

/// <summary>The segments of a date.</summary>
/// <param name="Date">The date as its folder names it, such as 2025-03-14.</param>
/// <param name="Segments">How many there are.</param>
/// <param name="Rows">Their rows.</param>
/// <param name="Bytes">Their size.</param>
public sealed record LakeDateStatus(string Date, int Segments, long Rows, long Bytes);

/// <summary>An import.</summary>
/// <param name="Report">What it found and kept.</param>
/// <param name="Bytes">Size of its files.</param>
public sealed record LakeImportStatus(ImportReport Report, long Bytes);

/// <summary>Looks at what lies in a lake: names, sizes and the footers of segments, no rows.</summary>
internal static class LakeStatusReader
{
    public static LakeStatus Read(LakeQueries queries, EngineConnection connection, CancellationToken cancellationToken) => new(
        [.. queries.Lake.Folders.DateFolders().Select(folder => ReadDate(connection, folder, cancellationToken)).Where(date => date.Segments > 0)],
        [.. queries.Lake.ListImports().Select(queries.FindImport).OfType<ImportedLog>().Select(import => new LakeImportStatus(
            import.Report, SizeOf(Directory.GetFiles(queries.Lake.Folders.Import(import.Report.Name)))))]);

    private static LakeDateStatus ReadDate(EngineConnection connection, string folder, CancellationToken cancellationToken)
    {
        var segments = LakeFolders.SegmentsIn(folder);
        var rows = segments.Length == 0
            ? 0
            : connection.QueryLong($"SELECT count(*) FROM {SqlText.Parquet(segments)}", cancellationToken);
        return new LakeDateStatus(LakeFolders.DateOf(folder), segments.Length, rows, SizeOf(segments));
    }

    private static long SizeOf(IEnumerable<string> files) => files.Select(file => new FileInfo(file)).Where(file => file.Exists).Sum(file => file.Length);
}
