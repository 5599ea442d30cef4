using RecSys.Data.Segments;
using RecSys.Lake.Storage;

namespace RecSys.Lake;

/// <summary>Writes listens as a segment, which is on the disk or in the bucket when the call returns but not yet part of the lake.</summary>
internal sealed class SegmentWriter(LakeFolders folders, LakeFiles files, LakeCompression compression) : IDisposable
{
    private static readonly TableSchema Columns = new(
        TableColumn.Text("user_id"),
        TableColumn.Text("track_id"),
        TableColumn.Moment("listened_at"),
        TableColumn.Number<float>("played_share", isNullable: true),
        TableColumn.Number<int>("play_count"));

    // What a crashed process left in progress is removed once it is surely nobody's work any more.
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    // One call at a time: the columns of a row group, whose memory serves the next.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly TextBuffer _users = new();
    private readonly TextBuffer _tracks = new();
    private long[] _times = [];
    private float?[] _shares = [];
    private int[] _counts = [];
    private bool _hasTidied;

    /// <summary>Writes the listens, at least one.</summary>
    /// <returns>The row with which the segment becomes part of the lake.</returns>
    /// <exception cref="IOException">The segment can't be written, such as on a full disk; nothing was left behind.</exception>
    public async Task<SegmentRow> WriteAsync(IReadOnlyList<LakeListen> listens, CancellationToken cancellationToken)
    {
        var (first, last) = (listens[0].ListenedAt, listens[0].ListenedAt);
        foreach (var listen in listens)
        {
            first = listen.ListenedAt < first ? listen.ListenedAt : first;
            last = listen.ListenedAt > last ? listen.ListenedAt : last;
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            DurableFiles.MakeFolder(folders.Staging);
            if (!_hasTidied)
            {
                _hasTidied = true;
                RemoveAbandoned();
            }

            return await WriteAsync(folders.NewStagingPath(".parquet"), listens, first.ToUniversalTime(), last.ToUniversalTime(), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<SegmentRow> WriteAsync(
        string staged, IReadOnlyList<LakeListen> listens, DateTimeOffset first, DateTimeOffset last, CancellationToken cancellationToken)
    {
        try
        {
            await WriteFileAsync(staged, listens).ConfigureAwait(false);
            var row = new SegmentRow(LakeFolders.NewSegment(first, last), SegmentKind.Listens, "", "", listens.Count, new FileInfo(staged).Length, first, last);
            await files.PlaceAsync(staged, row.Path, cancellationToken).ConfigureAwait(false);
            return row;
        }
        finally
        {
            // Does nothing when it was moved.
            File.Delete(staged);
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
