using RecSys.Lake.Storage;

namespace RecSys.Lake;

/// <summary>Writes listens as segments, one per UTC date, each whole and on the disk before its name appears. For one caller at a time.</summary>
internal sealed class SegmentWriter(LakeFolders folders, LakeCompression compression)
{
    private static readonly TableSchema Columns = new(
        TableColumn.Text("user_id"),
        TableColumn.Text("track_id"),
        TableColumn.Moment("listened_at"),
        TableColumn.Number<float>("played_share", isNullable: true),
        TableColumn.Number<int>("play_count"));

    // What a crashed process left in progress is removed once it is surely nobody's work any more.
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    // The columns of a row group, whose memory serves the next.
    private readonly TextBuffer _users = new();
    private readonly TextBuffer _tracks = new();
    private long[] _times = [];
    private float?[] _shares = [];
    private int[] _counts = [];
    private bool _hasTidied;

    /// <summary>Writes the listens; on return they survive a crash.</summary>
    /// <exception cref="IOException">A segment can't be written, such as on a full disk; those of some dates may be there.</exception>
    public async Task WriteAsync(IReadOnlyCollection<LakeListen> listens)
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
                await WriteFileAsync(file, day).ConfigureAwait(false);

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

    private async Task WriteFileAsync(string file, IEnumerable<LakeListen> listens)
    {
        await using var writer = await Columns.CreateAsync(file, compression).ConfigureAwait(false);
        foreach (var rows in listens.Chunk(TableWriter.MaxGroupRows))
        {
            Fill(rows);
            await writer.WriteGroupAsync(async group =>
            {
                await group.WriteAsync<ReadOnlyMemory<byte>>(Columns[0], _users.Texts).ConfigureAwait(false);
                await group.WriteAsync<ReadOnlyMemory<byte>>(Columns[1], _tracks.Texts).ConfigureAwait(false);
                await group.WriteAsync<long>(Columns[2], _times.AsMemory(0, rows.Length)).ConfigureAwait(false);
                await group.WriteAsync<float>(Columns[3], _shares.AsMemory(0, rows.Length)).ConfigureAwait(false);
                await group.WriteAsync<int>(Columns[4], _counts.AsMemory(0, rows.Length)).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }

        await writer.CompleteAsync().ConfigureAwait(false);
    }

    private void Fill(LakeListen[] rows)
    {
        _users.Clear();
        _tracks.Clear();
        if (rows.Length > _times.Length)
        {
            (_times, _shares, _counts) = (new long[rows.Length], new float?[rows.Length], new int[rows.Length]);
        }

        for (var i = 0; i < rows.Length; i++)
        {
            var listen = rows[i];
            _users.Add(listen.UserId);
            _tracks.Add(listen.TrackId);
            _times[i] = LakeTime.ToMicroseconds(listen.ListenedAt);
            _shares[i] = listen.PlayedShare;
            _counts[i] = listen.PlayCount;
        }
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
