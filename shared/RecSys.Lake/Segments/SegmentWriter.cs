using RecSys.Lake.DuckDb;
using RecSys.Lake.Storage;

namespace RecSys.Lake.Segments;

/// <summary>Writes listens as segments, one per UTC date, each whole and on the disk before its name appears.</summary>
internal sealed class SegmentWriter(LakeFolders folders, LakeCompression compression)
{
    // The column order of DuckDbAppender calls below and of the files.
    private const string TableColumns =
        "user_id VARCHAR, track_id VARCHAR, listened_at TIMESTAMPTZ, played_share FLOAT, play_count INTEGER";

    /// <summary>Writes the listens; on return they survive a crash.</summary>
    public void Write(DuckDbConnection connection, IReadOnlyList<LakeListen> listens, CancellationToken cancellationToken)
    {
        var segments = new List<(string Staged, string Folder, string Final)>();
        DurableFiles.MakeFolder(folders.Staging);
        try
        {
            foreach (var day in listens.GroupBy(listen => DateOnly.FromDateTime(listen.ListenedAt.UtcDateTime)))
            {
                var folder = folders.ListensOf(day.Key);
                var staged = folders.NewStagingPath(".parquet");
                segments.Add((staged, folder, Path.Combine(folder, Path.GetFileName(staged))));
                WriteFile(connection, day, staged, cancellationToken);
                DurableFiles.FlushFile(staged);
            }

            foreach (var (staged, folder, final) in segments)
            {
                DurableFiles.MakeFolder(folder);
                File.Move(staged, final);
            }

            foreach (var folder in segments.Select(segment => segment.Folder).Distinct())
            {
                DurableFiles.FlushFolder(folder);
            }
        }
        finally
        {
            foreach (var (staged, _, _) in segments)
            {
                File.Delete(staged);
            }
        }
    }

    private void WriteFile(
        DuckDbConnection connection, IEnumerable<LakeListen> listens, string file, CancellationToken cancellationToken)
    {
        connection.Execute($"CREATE OR REPLACE TEMP TABLE segment ({TableColumns})", cancellationToken);
        using (var appender = connection.Append("segment"))
        {
            foreach (var listen in listens)
            {
                appender.SetText(0, listen.UserId);
                appender.SetText(1, listen.TrackId);
                appender.Set(2, LakeTime.ToMicroseconds(listen.ListenedAt));
                if (listen.PlayedShare is { } share)
                {
                    appender.Set(3, share);
                }
                else
                {
                    appender.SetNull(3);
                }

                appender.Set(4, listen.PlayCount);
                appender.EndRow();
            }

            appender.Complete();
        }

        var codec = compression == LakeCompression.Zstd ? "zstd" : "snappy";
        connection.Execute(
            $"COPY (SELECT * FROM segment ORDER BY listened_at, user_id) TO {SqlText.Literal(file)} (FORMAT parquet, COMPRESSION {codec})",
            cancellationToken);
        connection.Execute("DROP TABLE segment", cancellationToken);
    }
}
