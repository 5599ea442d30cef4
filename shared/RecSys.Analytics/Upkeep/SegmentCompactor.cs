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
