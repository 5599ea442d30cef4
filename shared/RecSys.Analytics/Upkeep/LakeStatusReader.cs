using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Upkeep;

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
