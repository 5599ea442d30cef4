using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Upkeep;

/// <summary>
/// Removes everything of a user: files that have rows of theirs are written again without these. An interrupted deletion may
/// have removed a part; it is done again from the start.
/// </summary>
internal sealed class UserEraser(EngineConnection connection, LakeFolders folders, LakeCompression compression, string userId)
{
    private readonly SegmentRewriter _rewriter = new(connection, folders, compression);

    // Other users' rows stay in their order: imports promise one.
    private const string KeepOrder = "SET preserve_insertion_order = true";
    private const string AnyOrder = "SET preserve_insertion_order = false";

    private string User => SqlText.Literal(userId);

    /// <summary>Deletes the user's rows.</summary>
    /// <exception cref="LakeCorruptException">A file can't be read; the user may be in it.</exception>
    public UserDeletionReport Erase(CancellationToken cancellationToken)
    {
        var rows = 0L;
        var segments = 0;
        var imports = new List<string>();
        connection.Execute(KeepOrder, cancellationToken);
        try
        {
            // All are looked at before the first is changed: a file that can't be read is told of while everything is there.
            var counts = folders.DateFolders().SelectMany(LakeFolders.SegmentsIn).ToDictionary(segment => segment, segment => CountIn(segment, SqlText.Segments(segment), cancellationToken));
            foreach (var (segment, count) in counts.Where(segment => segment.Value > 0))
            {
                _rewriter.Replace($"SELECT * FROM {SqlText.Segments(segment)} WHERE user_id IS DISTINCT FROM {User}", [segment], cancellationToken);
                rows += count;
                segments++;
            }

            foreach (var name in folders.ImportNames())
            {
                if (EraseFromImport(folders.Import(name), cancellationToken) is > 0 and var count)
                {
                    rows += count;
                    imports.Add(name);
                }
            }
        }
        finally
        {
            connection.Execute(AnyOrder, CancellationToken.None);
        }

        CheckGone(cancellationToken);
        return new UserDeletionReport(rows, segments, imports);
    }

    // Of the files that are there now: what was appended meanwhile is not the deletion's business.
    private void CheckGone(CancellationToken cancellationToken)
    {
        var left = folders.ImportedListens().Where(file => CountIn(file, SqlText.Parquet(file), cancellationToken) > 0).ToArray();
        if (left.Length > 0)
        {
            throw new IOException($"{left[0]} has rows of the user again: it was imported meanwhile. Delete the user again.");
        }
    }

    private long EraseFromImport(string folder, CancellationToken cancellationToken)
    {
        var files = Directory.GetFiles(folder, "*.parquet");
        var counts = files.ToDictionary(file => file, file => HasColumn(file, "user_id", cancellationToken) ? CountIn(file, SqlText.Parquet(file), cancellationToken) : 0);
        if (counts.Values.Sum() == 0)
        {
            return 0;
        }

        var before = new DirectoryInfo(folder).CreationTimeUtc;
        var listens = Path.Combine(folder, LakeFolders.ImportListensFile);
        var reportFile = Path.Combine(folder, LakeFolders.ImportReportFile);
        var staged = folders.NewStagingPath("");
        DurableFiles.MakeFolder(staged);
        try
        {
            var report = Without(ImportReportFile.Read(reportFile), listens, cancellationToken);
            foreach (var file in files)
            {
                var target = Path.Combine(staged, Path.GetFileName(file));
                if (HasColumn(file, "user_id", cancellationToken))
                {
                    connection.Execute(
                        $"COPY ({WithoutUser(file, cancellationToken)}) TO {SqlText.Literal(target)} (FORMAT parquet, COMPRESSION {compression.Codec()})",
                        cancellationToken);
                }
                else
                {
                    File.Copy(file, target);
                }
            }

            ImportReportFile.Write(Path.Combine(staged, LakeFolders.ImportReportFile), report);
            if (new DirectoryInfo(folder).CreationTimeUtc != before)
            {
                throw new IOException($"The import {Path.GetFileName(folder)} was replaced while {nameof(UserEraser)} read it. Delete the user again.");
            }

            DurableFiles.ReplaceFolder(staged, folder);
            return counts.Where(file => Path.GetFileName(file.Key) is LakeFolders.ImportListensFile or LakeFolders.ImportColdFile).Sum(file => file.Value);
        }
        finally
        {
            if (Directory.Exists(staged))
            {
                Directory.Delete(staged, recursive: true);
            }
        }
    }

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
