using Parquet;
using RecSys.Data.Segments;
using RecSys.Lake.Storage;

namespace RecSys.Lake;

/// <summary>Writes rows as a segment, which is on the disk or in the bucket when the call returns but not yet part of the lake.</summary>
internal sealed class SegmentWriter<TRow>(SegmentColumns<TRow> columns, LakeFolders folders, LakeFiles files, LakeCompression compression) : IDisposable
{
    // What a crashed process left in progress is removed once it is surely nobody's work any more.
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    // One call at a time: the columns of a row group, whose memory serves the next.
    private readonly SemaphoreSlim _turn = new(1);
    private bool _hasTidied;

    /// <summary>Writes the rows, at least one.</summary>
    /// <returns>The row with which the segment becomes part of the lake.</returns>
    /// <exception cref="IOException">The segment can't be written, such as on a full disk; nothing was left behind.</exception>
    public async Task<SegmentRow> WriteAsync(IReadOnlyList<TRow> rows, CancellationToken cancellationToken)
    {
        var (first, last) = (columns.TimeOf(rows[0]), columns.TimeOf(rows[0]));
        foreach (var row in rows)
        {
            var time = columns.TimeOf(row);
            first = time < first ? time : first;
            last = time > last ? time : last;
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

            return await WriteAsync(folders.NewStagingPath(".parquet"), rows, first.ToUniversalTime(), last.ToUniversalTime(), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<SegmentRow> WriteAsync(
        string staged, IReadOnlyList<TRow> rows, DateTimeOffset first, DateTimeOffset last, CancellationToken cancellationToken)
    {
        try
        {
            await WriteFileAsync(staged, rows).ConfigureAwait(false);
            var row = new SegmentRow(
                LakeFolders.NewSegment(columns.Kind, first, last), columns.Kind, "", "", rows.Count, new FileInfo(staged).Length, first, last);
            await files.PlaceAsync(staged, row.Path, cancellationToken).ConfigureAwait(false);
            return row;
        }
        finally
        {
            // Does nothing when it was moved.
            File.Delete(staged);
        }
    }

    private async Task WriteFileAsync(string file, IEnumerable<TRow> rows)
    {
        await using var writer = await columns.Schema.CreateAsync(file, compression).ConfigureAwait(false);
        foreach (var group in rows.Chunk(TableWriter.MaxGroupRows))
        {
            columns.Fill(group);
            await writer.WriteGroupAsync(columns.WriteAsync).ConfigureAwait(false);
        }

        await writer.CompleteAsync().ConfigureAwait(false);
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

/// <summary>The columns of one kind of segment, and the memory of the row group that is being written. For one writer at a time.</summary>
internal abstract class SegmentColumns<TRow>
{
    /// <summary>The kind.</summary>
    public abstract SegmentKind Kind { get; }

    /// <summary>The columns as readers see them.</summary>
    public abstract TableSchema Schema { get; }

    /// <summary>The time by whose date a row is stored.</summary>
    public abstract DateTimeOffset TimeOf(TRow row);

    /// <summary>Takes the rows of a row group in place of those before.</summary>
    public abstract void Fill(TRow[] rows);

    /// <summary>Writes the rows that were taken.</summary>
    public abstract Task WriteAsync(ParquetRowGroupWriter group);
}

/// <summary>The columns of listens.</summary>
internal sealed class ListenColumns : SegmentColumns<LakeListen>
{
    private static readonly TableSchema Columns = new(
        TableColumn.Text("user_id"),
        TableColumn.Text("track_id"),
        TableColumn.Moment("listened_at"),
        TableColumn.Number<float>("played_share", isNullable: true),
        TableColumn.Number<int>("play_count"));

    private readonly TextBuffer _users = new();
    private readonly TextBuffer _tracks = new();
    private long[] _times = [];
    private float?[] _shares = [];
    private int[] _counts = [];
    private int _rows;

    public override SegmentKind Kind => SegmentKind.Listens;

    public override TableSchema Schema => Columns;

    public override DateTimeOffset TimeOf(LakeListen row) => row.ListenedAt;

    public override void Fill(LakeListen[] rows)
    {
        _rows = rows.Length;
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

    public override async Task WriteAsync(ParquetRowGroupWriter group)
    {
        await group.WriteAsync<ReadOnlyMemory<byte>>(Columns[0], _users.Texts).ConfigureAwait(false);
        await group.WriteAsync<ReadOnlyMemory<byte>>(Columns[1], _tracks.Texts).ConfigureAwait(false);
        await group.WriteAsync<long>(Columns[2], _times.AsMemory(0, _rows)).ConfigureAwait(false);
        await group.WriteAsync<float>(Columns[3], _shares.AsMemory(0, _rows)).ConfigureAwait(false);
        await group.WriteAsync<int>(Columns[4], _counts.AsMemory(0, _rows)).ConfigureAwait(false);
    }
}
