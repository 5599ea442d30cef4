using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Data.Deletions;
using RecSys.Data.Segments;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Upkeep;

/// <summary>
/// Removes what deletions hold for: segments and imports that have such rows are written again without these and take the place of the
/// old ones in one step.
/// </summary>
/// <param name="lake">The lake.</param>
/// <param name="connection">The engine.</param>
/// <param name="deleted">The deletions, with the ids of the people.</param>
internal sealed class UserEraser(ListenLake lake, EngineConnection connection, DeletedUsers deleted)
{
    private readonly DateTimeOffset _latest = deleted.IsEmpty ? default : deleted.Rows.Max(user => user.DeletedAt);

    /// <summary>Removes the rows from what a snapshot has.</summary>
    /// <returns>What was removed; null, and nothing removed, when somebody replaced one of the files meanwhile.</returns>
    /// <exception cref="LakeCorruptException">A file can't be read; somebody may be in it.</exception>
    public async Task<ErasureReport?> EraseAsync(LakeSnapshot snapshot, CancellationToken cancellationToken)
    {
        var staged = new List<(string File, SegmentRow Row)>();
        var removed = new List<SegmentRow>();
        var rows = 0L;
        try
        {
            foreach (var segment in snapshot.Segments.Where(segment => segment.FirstListen <= _latest))
            {
                var count = segment.Kind == SegmentKind.Import
                    ? await Task.Run(() => WriteImport(segment, staged, cancellationToken), cancellationToken).ConfigureAwait(false)
                    : await Task.Run(() => WriteSegment(segment, staged, cancellationToken), cancellationToken).ConfigureAwait(false);
                if (count is { } gone)
                {
                    rows += gone;
                    removed.Add(segment);
                }
            }

            return removed.Count == 0 || await lake.ReplaceAsync(staged, removed, cancellationToken).ConfigureAwait(false)
                ? new ErasureReport(
                    rows, removed.Count(segment => segment.Kind != SegmentKind.Import), [.. removed.Where(segment => segment.Kind == SegmentKind.Import).Select(import => import.Name)])
                : null;
        }
        finally
        {
            foreach (var (file, _) in staged)
            {
                if (Directory.Exists(file))
                {
                    Directory.Delete(file, recursive: true);
                }

                File.Delete(file);
            }
        }
    }

    // How many rows are gone; null where none is to go.
    private long? WriteSegment(SegmentRow segment, List<(string, SegmentRow)> staged, CancellationToken cancellationToken)
    {
        var file = lake.Folders.PathOf(segment.Path);
        var table = SegmentTable.Of(segment.Kind);
        var stays = DeletedListens.Condition(deleted, table.Time);
        var count = LakeFile.Named(file, () => connection.QueryLong($"SELECT count(*) FROM {table.From(file)} WHERE NOT ({stays})", cancellationToken));
        if (count > 0 && count < segment.Rows)
        {
            DurableFiles.MakeFolder(lake.Folders.Staging);
            var target = lake.Folders.NewStagingPath(".parquet");
            var row = segment with { Path = LakeFolders.NewSegment(segment.Kind, segment.FirstListen, segment.LastListen), Rows = segment.Rows - count };
            staged.Add((target, row));
            using var order = new KeptOrder(connection);
            connection.Execute(
                $"COPY (SELECT * FROM {table.From(file)} WHERE {stays}) TO {SqlText.Literal(target)} (FORMAT parquet, COMPRESSION {lake.Compression.Codec()})", cancellationToken);
            staged[^1] = (target, row with { Bytes = new FileInfo(target).Length });
        }

        return count > 0 ? count : null;
    }

    private long? WriteImport(SegmentRow import, List<(string, SegmentRow)> staged, CancellationToken cancellationToken)
    {
        var target = lake.Folders.NewStagingPath("");
        staged.Add((target, import));
        if (new ImportEraser(lake, connection).Write(lake.Folders.PathOf(import.Path), target, deleted, cancellationToken) is not { } written)
        {
            staged.RemoveAt(staged.Count - 1);
            return null;
        }

        if (written.Report.Kept == 0)
        {
            // It was of these people alone: what they heard must not stay as its catalogue.
            staged.RemoveAt(staged.Count - 1);
            Directory.Delete(target, recursive: true);
            return written.Rows;
        }

        staged[^1] = (target, import with
        {
            Path = LakeFolders.NewImport(import.Name),
            Rows = written.Report.Kept,
            Bytes = Directory.GetFiles(target).Sum(file => new FileInfo(file).Length),
        });
        return written.Rows;
    }
}
