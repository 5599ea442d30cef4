using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Contracts;
using RecSys.Data.Deletions;
using RecSys.Data.Segments;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Upkeep;

/// <summary>
/// Merges small segments of a kind into one, ordered by user and time, each listen or exposure once: those of a date, and those that have
/// rows of several dates. A group that can't be read stays as it is and keeps no other from being merged.
/// </summary>
internal sealed class SegmentCompactor(ListenLake lake, EngineConnection connection)
{
    /// <summary>Compacts everything that a snapshot has.</summary>
    /// <exception cref="LakeCorruptException">A segment can't be read; the others are compacted all the same.</exception>
    public async Task<CompactionReport> CompactAsync(LakeSnapshot snapshot, CompactionOptions options, CancellationToken cancellationToken)
    {
        var report = CompactionReport.Nothing;
        LakeCorruptException? corrupt = null;
        foreach (var group in snapshot.Segments
            .Where(options.IsSmall)
            .GroupBy(segment => (segment.Kind, LakeFolders.DateOf(segment.Path)))
            .Where(group => group.Count() >= options.MinSegments))
        {
            try
            {
                report = report.Add(await MergeAsync(group.Key.Kind, [.. group], cancellationToken).ConfigureAwait(false));
            }
            catch (LakeCorruptException exception)
            {
                corrupt ??= exception;
            }
        }

        return corrupt is null ? report : throw corrupt;
    }

    /// <summary>Removes the rows of a segment that are of before a time.</summary>
    /// <returns>How many; 0 when somebody else replaced the segment meanwhile.</returns>
    /// <exception cref="LakeCorruptException">The segment can't be read.</exception>
    public async Task<long> CutAsync(SegmentRow segment, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var table = SegmentTable.Of(segment.Kind);
        var file = lake.Folders.PathOf(segment.Path);
        try
        {
            using var rest = new StagedSegment(lake, connection, segment.Kind);
            if (segment.LastListen >= before)
            {
                var rows = $"SELECT * FROM {table.From(file)} WHERE {table.Time} >= make_timestamptz({LakeTime.ToMicroseconds(before)})";
                await Task.Run(() => rest.Write(rows, cancellationToken), cancellationToken).ConfigureAwait(false);
            }

            return await rest.ReplaceAsync([segment], cancellationToken).ConfigureAwait(false) ? segment.Rows - (rest.Row?.Rows ?? 0) : 0;
        }
        catch (EngineException exception) when (!exception.IsOutOfMemory)
        {
            throw UnreadableFile.CheckSegment(connection, table, file, cancellationToken) ?? (Exception)exception;
        }
    }

    private async Task<CompactionReport> MergeAsync(SegmentKind kind, SegmentRow[] segments, CancellationToken cancellationToken)
    {
        var table = SegmentTable.Of(kind);
        var files = segments.Select(segment => lake.Folders.PathOf(segment.Path)).ToArray();
        try
        {
            using var merged = new StagedSegment(lake, connection, kind);
            await Task.Run(() => merged.Write(table.Distinct(files), cancellationToken), cancellationToken).ConfigureAwait(false);
            return await merged.ReplaceAsync(segments, cancellationToken).ConfigureAwait(false)
                ? new CompactionReport(1, files.Length, merged.Row is null ? 0 : 1, segments.Sum(s => s.Bytes), merged.Row?.Bytes ?? 0, segments.Sum(s => s.Rows), merged.Row?.Rows ?? 0)
                : CompactionReport.Nothing;
        }
        catch (EngineException exception) when (!exception.IsOutOfMemory)
        {
            throw files.Select(file => UnreadableFile.CheckSegment(connection, table, file, cancellationToken)).FirstOrDefault(problem => problem is not null)
                ?? (Exception)exception;
        }
    }
}

/// <summary>A segment that is written by the engine, to take the place of others.</summary>
internal sealed class StagedSegment(ListenLake lake, EngineConnection connection, SegmentKind kind = SegmentKind.Listens) : IDisposable
{
    private readonly string _file = lake.Folders.NewStagingPath(".parquet");

    /// <summary>The row that it gets; null when it has no rows.</summary>
    public SegmentRow? Row { get; private set; }

    /// <summary>Writes it.</summary>
    /// <param name="rowsSql">A SELECT of the columns of segments.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public void Write(string rowsSql, CancellationToken cancellationToken)
    {
        DurableFiles.MakeFolder(lake.Folders.Staging);
        var rows = connection.Execute(
            $"COPY ({rowsSql}) TO {SqlText.Literal(_file)} (FORMAT parquet, COMPRESSION {lake.Compression.Codec()})", cancellationToken);
        if (rows == 0)
        {
            return;
        }

        var table = SegmentTable.Of(kind);
        var (first, last) = connection.ReadRow(
            $"SELECT min(epoch_us({table.Time})), max(epoch_us({table.Time})) FROM {table.From(_file)}",
            row => (LakeTime.FromMicroseconds(row.Long(0)), LakeTime.FromMicroseconds(row.Long(1))),
            cancellationToken);
        Row = new SegmentRow(LakeFolders.NewSegment(kind, first, last), kind, "", "", rows, new FileInfo(_file).Length, first, last);
    }

    /// <summary>Writes what a file of another program has of listens, but for those that a deletion holds for.</summary>
    /// <returns>How many rows that file has.</returns>
    public long WriteForeign(string file, DeletedUsers everybody, CancellationToken cancellationToken)
    {
        var source = SqlText.Segments(file);
        var deleted = DeletedListens.In(connection, everybody, $"SELECT user_id FROM {source}", cancellationToken);
        Write(
            $"""
            SELECT user_id, track_id, listened_at, played_share, coalesce(play_count, 1) AS play_count FROM {source}
            WHERE length(user_id) BETWEEN 1 AND {IdText.MaxLength} AND length(track_id) BETWEEN 1 AND {IdText.MaxLength} AND listened_at IS NOT NULL
                AND coalesce(played_share, 0) BETWEEN 0 AND 1 AND coalesce(play_count, 1) >= 1
                AND {DeletedListens.Condition(deleted)}
            """,
            cancellationToken);
        return connection.QueryLong($"SELECT count(*) FROM {source}", cancellationToken);
    }

    /// <summary>Puts it in the place of others.</summary>
    /// <returns>False when somebody else replaced one of them meanwhile.</returns>
    /// <param name="old">What it replaces.</param>
    /// <param name="cancellationToken">Ends it; nothing was changed.</param>
    /// <param name="heededDeletions">For new listens: the number of the newest deletion of which it has nobody.</param>
    public Task<bool> ReplaceAsync(IReadOnlyList<SegmentRow> old, CancellationToken cancellationToken, long? heededDeletions = null) =>
        lake.ReplaceAsync(Row is null ? [] : [(_file, Row)], old, cancellationToken, heededDeletions);

    /// <summary>Removes the file, unless it took its place.</summary>
    public void Dispose() => File.Delete(_file);
}
