using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Data.Segments;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Upkeep;

/// <summary>
/// Removes everything of a user: segments and imports that have rows of theirs are written again without these and take the place of the
/// old ones in one step.
/// </summary>
internal sealed class UserEraser(ListenLake lake, EngineConnection connection, string userId)
{
    // Other users' rows stay in their order: imports promise one.
    private const string KeepOrder = "SET preserve_insertion_order = true";
    private const string AnyOrder = "SET preserve_insertion_order = false";

    private string User => SqlText.Literal(userId);

    /// <summary>Deletes the user's rows from what a snapshot has.</summary>
    /// <returns>What was deleted; null, and nothing deleted, when somebody replaced one of the files meanwhile.</returns>
    /// <exception cref="LakeCorruptException">A file can't be read; the user may be in it.</exception>
    public async Task<UserDeletionReport?> EraseAsync(LakeSnapshot snapshot, CancellationToken cancellationToken)
    {
        var staged = new List<(string File, SegmentRow Row)>();
        var removed = new List<SegmentRow>();
        var rows = 0L;
        connection.Execute(KeepOrder, cancellationToken);
        try
        {
            foreach (var segment in snapshot.Segments)
            {
                var count = segment.Kind == SegmentKind.Import
                    ? await Task.Run(() => WriteImport(segment, staged, cancellationToken), cancellationToken).ConfigureAwait(false)
                    : await Task.Run(() => WriteSegment(segment, staged, cancellationToken), cancellationToken).ConfigureAwait(false);
                if (count > 0)
                {
                    rows += count;
                    removed.Add(segment);
                }
            }

            return removed.Count == 0 || await lake.ReplaceAsync(staged, removed, cancellationToken).ConfigureAwait(false)
                ? new UserDeletionReport(
                    rows, removed.Count(segment => segment.Kind != SegmentKind.Import), [.. removed.Where(segment => segment.Kind == SegmentKind.Import).Select(import => import.Name)])
                : null;
        }
        finally
        {
            connection.Execute(AnyOrder, CancellationToken.None);
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

    private long WriteSegment(SegmentRow segment, List<(string, SegmentRow)> staged, CancellationToken cancellationToken)
    {
        var file = lake.Folders.PathOf(segment.Path);
        var table = SegmentTable.Of(segment.Kind).From(file);
        var count = CountIn(file, table, cancellationToken);
        if (count > 0 && count < segment.Rows)
        {
            DurableFiles.MakeFolder(lake.Folders.Staging);
            var target = lake.Folders.NewStagingPath(".parquet");
            var row = segment with { Path = LakeFolders.NewSegment(segment.Kind, segment.FirstListen, segment.LastListen), Rows = segment.Rows - count };
            staged.Add((target, row));
            Copy($"SELECT * FROM {table} WHERE user_id IS DISTINCT FROM {User}", target, cancellationToken);
            staged[^1] = (target, row with { Bytes = new FileInfo(target).Length });
        }

        return count;
    }

    private long WriteImport(SegmentRow import, List<(string, SegmentRow)> staged, CancellationToken cancellationToken)
    {
        var folder = lake.Folders.PathOf(import.Path);
        var files = Directory.GetFiles(folder, "*.parquet");
        var counts = files.ToDictionary(file => file, file => HasColumn(file, "user_id", cancellationToken) ? CountIn(file, SqlText.Parquet(file), cancellationToken) : 0);
        if (counts.Values.Sum() == 0)
        {
            return 0;
        }

        var target = lake.Folders.NewStagingPath("");
        DurableFiles.MakeFolder(target);
        staged.Add((target, import));
        var report = Without(ImportReportFile.Read(Path.Combine(folder, LakeFolders.ImportReportFile)), Path.Combine(folder, LakeFolders.ImportListensFile), cancellationToken);
        foreach (var file in files)
        {
            if (HasColumn(file, "user_id", cancellationToken))
            {
                Copy(WithoutUser(file, cancellationToken), Path.Combine(target, Path.GetFileName(file)), cancellationToken);
            }
            else
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
            }
        }

        ImportReportFile.Write(Path.Combine(target, LakeFolders.ImportReportFile), report);
        staged[^1] = (target, import with
        {
            Path = LakeFolders.NewImport(import.Name),
            Rows = report.Kept,
            Bytes = Directory.GetFiles(target).Sum(file => new FileInfo(file).Length),
        });
        return counts.Where(file => Path.GetFileName(file.Key) is LakeFolders.ImportListensFile or LakeFolders.ImportColdFile).Sum(file => file.Value);
    }

    private void Copy(string select, string target, CancellationToken cancellationToken) =>
        connection.Execute($"COPY ({select}) TO {SqlText.Literal(target)} (FORMAT parquet, COMPRESSION {lake.Compression.Codec()})", cancellationToken);

    // Numbers of users are places in the file of their ids: those behind the deleted one move up.
    private string WithoutUser(string file, CancellationToken cancellationToken)
    {
        var condition = $"FROM {SqlText.Parquet(file)} WHERE user_id IS DISTINCT FROM {User}";
        var ids = Path.Combine(Path.GetDirectoryName(file)!, LakeFolders.ImportUserIdsFile);
        return HasColumn(file, "user_number", cancellationToken)
            ? $"SELECT * REPLACE ((user_number - (user_number > coalesce((SELECT any_value(user_number) FROM {SqlText.Parquet(ids)} WHERE user_id = {User}), 2147483647))::INTEGER)::INTEGER AS user_number) {condition}"
            : $"SELECT * {condition}";
    }

    private ImportReport Without(ImportReport report, string listens, CancellationToken cancellationToken)
    {
        var sums = SqlRows.Texts(
            connection,
            $"SELECT count(*), sum(CASE WHEN user_id = {User} THEN 1 ELSE 0 END)::BIGINT, count(DISTINCT track_id) FILTER (user_id IS DISTINCT FROM {User}), coalesce(sum(weight) FILTER (user_id IS DISTINCT FROM {User}), 0) FROM {SqlText.Parquet(listens)}",
            cancellationToken)[0];
        var removed = Whole(sums[1]);
        return report with
        {
            Kept = Whole(sums[0]) - removed,
            Users = report.Users - (removed > 0 ? 1 : 0),
            Tracks = Whole(sums[2]),
            Plays = double.Parse(sums[3]!, System.Globalization.CultureInfo.InvariantCulture),
            Rules = [.. report.Rules.Select(rule => rule with { Examples = [.. rule.Examples.Where(example => !example.Contains(userId, StringComparison.Ordinal))] })],
        };
    }

    private static long Whole(string? text) => long.Parse(text ?? "0", System.Globalization.CultureInfo.InvariantCulture);

    private bool HasColumn(string file, string column, CancellationToken cancellationToken) =>
        Named(file, () => connection.QueryLong($"SELECT count(*) FROM (DESCRIBE FROM {SqlText.Parquet(file)}) WHERE column_name = ?", cancellationToken, column)) > 0;

    private long CountIn(string file, string table, CancellationToken cancellationToken) =>
        Named(file, () => connection.QueryLong($"SELECT count(*) FROM {table} WHERE user_id = ?", cancellationToken, userId));

    private static long Named(string file, Func<long> query)
    {
        try
        {
            return query();
        }
        catch (EngineException exception) when (!exception.IsOutOfMemory)
        {
            throw new LakeCorruptException(file, exception.Message, exception);
        }
    }
}
