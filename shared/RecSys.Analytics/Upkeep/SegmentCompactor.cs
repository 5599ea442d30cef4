using RecSys.Analytics.Engine;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Upkeep;

/// <summary>Merges the small segments of each date into one, ordered by user and time, each listen once.</summary>
internal sealed class SegmentCompactor(EngineConnection connection, LakeFolders folders, LakeCompression compression)
{
    private readonly SegmentRewriter _rewriter = new(connection, folders, compression);

    /// <summary>Compacts all dates.</summary>
    /// <exception cref="LakeCorruptException">A segment can't be read; its date is as it was.</exception>
    public CompactionReport Compact(CompactionOptions options, CancellationToken cancellationToken)
    {
        var report = CompactionReport.Nothing;
        foreach (var folder in folders.DateFolders())
        {
            var small = LakeFolders.SegmentsIn(folder).Select(file => new FileInfo(file)).Where(file => file.Exists && file.Length < options.MaxSegmentBytes).ToArray();
            if (small.Length >= options.MinSegments)
            {
                report = report.Add(Merge(small, cancellationToken));
            }
        }

        return report;
    }

    private CompactionReport Merge(FileInfo[] segments, CancellationToken cancellationToken)
    {
        var files = segments.Select(segment => segment.FullName).ToArray();
        var bytesBefore = segments.Sum(segment => segment.Length);
        var source = SqlText.Segments(files);
        const string Usable = "user_id IS NOT NULL AND track_id IS NOT NULL AND listened_at IS NOT NULL";
        try
        {
            // What counts of listens that are the same is what readers take: the larger share and the larger play count.
            var rowsBefore = connection.QueryLong($"SELECT count(*) FROM {source}", cancellationToken);
            var (rows, bytes) = _rewriter.Replace(
                $"""
                SELECT user_id, track_id, listened_at, max(played_share) AS played_share, max(play_count) AS play_count
                FROM {source} WHERE {Usable}
                GROUP BY user_id, track_id, listened_at
                ORDER BY user_id, listened_at, track_id
                """,
                files,
                cancellationToken);
            return new CompactionReport(1, files.Length, rows > 0 ? 1 : 0, bytesBefore, bytes, rowsBefore, rows);
        }
        catch (EngineException exception) when (!exception.IsOutOfMemory)
        {
            throw files.Select(file => UnreadableFile.CheckSegment(connection, file, cancellationToken)).FirstOrDefault(problem => problem is not null)
                ?? (Exception)exception;
        }
    }
}

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
