using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Contracts;
using RecSys.Data.Deletions;
using RecSys.Data.Segments;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Upkeep;

/// <summary>
/// Merges small segments into one, ordered by user and time, each listen once: those of a date, and those that have listens of several
/// dates. A group that can't be read stays as it is and keeps no other from being merged.
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
            .GroupBy(segment => LakeFolders.DateOf(segment.Path))
            .Where(group => group.Count() >= options.MinSegments))
        {
            try
            {
                report = report.Add(await MergeAsync([.. group], cancellationToken).ConfigureAwait(false));
            }
            catch (LakeCorruptException exception)
            {
                corrupt ??= exception;
            }
        }

        return corrupt is null ? report : throw corrupt;
    }

    private async Task<CompactionReport> MergeAsync(SegmentRow[] segments, CancellationToken cancellationToken)
    {
        var files = segments.Select(segment => lake.Folders.PathOf(segment.Path)).ToArray();
        const string Usable = "user_id IS NOT NULL AND track_id IS NOT NULL AND listened_at IS NOT NULL";
        try
        {
            // What counts of listens that are the same is what readers take: the larger share and the larger play count.
            using var merged = new StagedSegment(lake, connection);
            await Task.Run(
                () => merged.Write(
                    $"""
                    SELECT user_id, track_id, listened_at, max(played_share) AS played_share, max(play_count) AS play_count
                    FROM {SqlText.Segments(files)} WHERE {Usable}
                    GROUP BY user_id, track_id, listened_at
                    ORDER BY user_id, listened_at, track_id
                    """,
                    cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return await merged.ReplaceAsync(segments, cancellationToken).ConfigureAwait(false)
                ? new CompactionReport(1, files.Length, merged.Row is null ? 0 : 1, segments.Sum(s => s.Bytes), merged.Row?.Bytes ?? 0, segments.Sum(s => s.Rows), merged.Row?.Rows ?? 0)
                : CompactionReport.Nothing;
        }
        catch (EngineException exception) when (!exception.IsOutOfMemory)
        {
            throw files.Select(file => UnreadableFile.CheckSegment(connection, file, cancellationToken)).FirstOrDefault(problem => problem is not null)
                ?? (Exception)exception;
        }
    }
}

/// <summary>A segment that is written by the engine, to take the place of others.</summary>
internal sealed class StagedSegment(ListenLake lake, EngineConnection connection) : IDisposable
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

        var (first, last) = connection.ReadRow(
            $"SELECT min(epoch_us(listened_at)), max(epoch_us(listened_at)) FROM {SqlText.Segments(_file)}",
            row => (LakeTime.FromMicroseconds(row.Long(0)), LakeTime.FromMicroseconds(row.Long(1))),
            cancellationToken);
        Row = new SegmentRow(LakeFolders.NewSegment(first, last), SegmentKind.Listens, "", "", rows, new FileInfo(_file).Length, first, last);
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
