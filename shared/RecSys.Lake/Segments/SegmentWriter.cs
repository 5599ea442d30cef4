using RecSys.Lake.DuckDb;
using RecSys.Lake.Storage;

namespace RecSys.Lake.Segments;

/// <summary>Writes listens as segments, one per UTC date, each whole and on the disk before its name appears.</summary>
internal sealed class SegmentWriter(LakeFolders folders, LakeCompression compression)
{
    // In the order of the appender's columns below and of the files.
    private const string Columns =
        "user_id VARCHAR, track_id VARCHAR, listened_at TIMESTAMPTZ, played_share FLOAT, play_count INTEGER";

    // What a crashed process left in progress is removed once it is surely nobody's work any more.
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    private bool _hasTidied;

    /// <summary>Writes the listens; on return they survive a crash.</summary>
    public void Write(DuckDbConnection connection, IReadOnlyList<LakeListen> listens)
    {
        DurableFiles.MakeFolder(folders.Staging);
        if (!_hasTidied)
        {
            _hasTidied = true;
            RemoveAbandoned();
        }

        var staged = new List<string>();
        try
        {
            var visible = new HashSet<string>();
            foreach (var day in listens.GroupBy(listen => DateOnly.FromDateTime(listen.ListenedAt.UtcDateTime)))
            {
                var file = folders.NewStagingPath(".parquet");
                staged.Add(file);
                WriteFile(connection, day, file);
                DurableFiles.FlushFile(file);

                var folder = folders.ListensOf(day.Key);
                DurableFiles.MakeFolder(folder);
                File.Move(file, Path.Combine(folder, Path.GetFileName(file)));
                visible.Add(folder);
            }

            foreach (var folder in visible)
            {
                DurableFiles.FlushFolder(folder);
            }
        }
        finally
        {
            // Does nothing for those that were moved.
            staged.ForEach(File.Delete);
        }
    }

    private void WriteFile(DuckDbConnection connection, IEnumerable<LakeListen> listens, string file)
    {
        connection.Execute($"CREATE OR REPLACE TEMP TABLE segment ({Columns})", CancellationToken.None);
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

        connection.Execute(
            $"COPY segment TO {SqlText.Literal(file)} (FORMAT parquet, COMPRESSION {compression.Codec()})",
            CancellationToken.None);
        connection.Execute("DROP TABLE segment", CancellationToken.None);
    }

    private void RemoveAbandoned()
    {
        var oldest = DateTime.UtcNow - AbandonedAfter;
        foreach (var entry in new DirectoryInfo(folders.Staging).EnumerateFileSystemInfos().Where(entry => entry.LastWriteTimeUtc < oldest))
        {
            if (entry is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }
}
