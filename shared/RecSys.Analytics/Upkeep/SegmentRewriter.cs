using RecSys.Analytics.Engine;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Upkeep;

/// <summary>
/// Puts one new segment in the place of others. The new one is whole and on the disk before its name appears, and the old ones
/// go after that: at each moment and after each crash every listen is there, for a while twice, which readers do not mind.
/// </summary>
internal sealed class SegmentRewriter(EngineConnection connection, LakeFolders folders, LakeCompression compression)
{
    /// <summary>Writes rows as a segment and removes the segments that they were in.</summary>
    /// <param name="rowsSql">A SELECT of the columns of segments.</param>
    /// <param name="old">The segments to remove, all in one folder.</param>
    /// <param name="cancellationToken">Cancelled before the new segment appears, everything is as it was.</param>
    /// <returns>Rows and bytes of the new segment; 0 and no segment when there are no rows.</returns>
    public (long Rows, long Bytes) Replace(string rowsSql, IReadOnlyList<string> old, CancellationToken cancellationToken)
    {
        DurableFiles.MakeFolder(folders.Staging);
        var staged = folders.NewStagingPath(".parquet");
        var folder = Path.GetDirectoryName(old[0])!;
        try
        {
            var rows = connection.Execute(
                $"COPY ({rowsSql}) TO {SqlText.Literal(staged)} (FORMAT parquet, COMPRESSION {compression.Codec()})", cancellationToken);
            var bytes = 0L;
            if (rows > 0)
            {
                DurableFiles.FlushFile(staged);
                bytes = new FileInfo(staged).Length;
                cancellationToken.ThrowIfCancellationRequested();
                File.Move(staged, Path.Combine(folder, Path.GetFileName(staged)));
                DurableFiles.FlushFolder(folder);
            }

            foreach (var file in old)
            {
                File.Delete(file);
            }

            DurableFiles.FlushFolder(folder);
            return (rows, bytes);
        }
        finally
        {
            // Does nothing when it was moved.
            File.Delete(staged);
        }
    }
}
