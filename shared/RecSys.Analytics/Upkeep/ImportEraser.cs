using System.Globalization;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Data.Deletions;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Upkeep;

/// <summary>Writes the files of an import again without what deletions hold for.</summary>
internal sealed class ImportEraser(ListenLake lake, EngineConnection connection)
{
    /// <summary>A SELECT of the ids of everybody who is in an import's files.</summary>
    public string UsersSql(string folder, CancellationToken cancellationToken) => string.Join(
        " UNION ALL ",
        Directory.GetFiles(folder, "*.parquet").Where(file => HasColumn(file, "user_id", cancellationToken)).Select(file => $"SELECT user_id FROM {SqlText.Parquet(file)}"));

    /// <summary>Writes an import's files again where a deletion holds for some of their rows.</summary>
    /// <param name="folder">The import's files, which stay as they are.</param>
    /// <param name="target">The folder that gets the others; made when there is something to leave out.</param>
    /// <param name="deleted">The deletions, with the ids of the people.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>What is left of it and how many listens were left out; null when there is nothing to leave out.</returns>
    /// <exception cref="LakeCorruptException">A file can't be read; somebody may be in it.</exception>
    public (ImportReport Report, long Rows)? Write(string folder, string target, DeletedUsers deleted, CancellationToken cancellationToken)
    {
        var files = Directory.GetFiles(folder, "*.parquet").Where(file => HasColumn(file, "user_id", cancellationToken))
            .ToDictionary(file => file, file => DeletedListens.Condition(deleted, HasColumn(file, "listened_at", cancellationToken) ? "listened_at" : "NULL"));
        var gone = files.ToDictionary(
            file => Path.GetFileName(file.Key),
            file => LakeFile.Named(file.Key, () => connection.QueryLong($"SELECT count(*) FROM {SqlText.Parquet(file.Key)} WHERE NOT ({file.Value})", cancellationToken)));
        if (gone.Values.All(count => count == 0))
        {
            return null;
        }

        // Whoever came back has listens that stay, and a number.
        var withTimes = files.Where(file => HasColumn(file.Key, "listened_at", cancellationToken)).Select(file => $"SELECT user_id FROM {SqlText.Parquet(file.Key)} WHERE {file.Value}");
        files[Path.Combine(folder, LakeFolders.ImportUserIdsFile)] = $"user_id IN ({string.Join(" UNION ALL ", withTimes)})";
        var numbers = NumbersOfGone(Path.Combine(folder, LakeFolders.ImportUserIdsFile), files, cancellationToken);
        DurableFiles.MakeFolder(target);
        using var order = new KeptOrder(connection);
        foreach (var file in Directory.GetFiles(folder, "*.parquet"))
        {
            var copy = Path.Combine(target, Path.GetFileName(file));
            if (files.TryGetValue(file, out var condition))
            {
                connection.Execute($"COPY ({Rows(file, condition, numbers, cancellationToken)}) TO {SqlText.Literal(copy)} (FORMAT parquet, COMPRESSION {lake.Compression.Codec()})", cancellationToken);
            }
            else
            {
                File.Copy(file, copy);
            }
        }

        var rows = gone[LakeFolders.ImportListensFile];
        var report = Describe(ImportReportFile.Read(Path.Combine(folder, LakeFolders.ImportReportFile)), target, deleted, rows, cancellationToken);
        ImportReportFile.Write(Path.Combine(target, LakeFolders.ImportReportFile), report);
        return (report, rows + gone.GetValueOrDefault(LakeFolders.ImportColdFile));
    }

    // Numbers of users are places in the file of their ids: those behind one that goes move up.
    private string Rows(string file, string condition, IReadOnlyList<long> numbers, CancellationToken cancellationToken) => HasColumn(file, "user_number", cancellationToken)
        ? $"SELECT * REPLACE ((user_number - len(list_filter([{string.Join(", ", numbers)}]::BIGINT[], gone -> gone < user_number)))::INTEGER AS user_number) FROM {SqlText.Parquet(file)} WHERE {condition}"
        : $"SELECT * FROM {SqlText.Parquet(file)} WHERE {condition}";

    private List<long> NumbersOfGone(string ids, IReadOnlyDictionary<string, string> files, CancellationToken cancellationToken) => File.Exists(ids)
        ? connection.ReadRows($"SELECT user_number::BIGINT FROM {SqlText.Parquet(ids)} WHERE NOT ({files[ids]}) ORDER BY user_number", row => row.GetInt64(0), cancellationToken)
        : [];

    private ImportReport Describe(ImportReport report, string folder, DeletedUsers deleted, long dropped, CancellationToken cancellationToken)
    {
        var cold = Path.Combine(folder, LakeFolders.ImportColdFile);
        var sums = SqlRows.Texts(
            connection,
            $"SELECT count(*), count(DISTINCT user_id), count(DISTINCT track_id), coalesce(sum(weight), 0) FROM {SqlText.Parquet(Path.Combine(folder, LakeFolders.ImportListensFile))}",
            cancellationToken)[0];
        var before = report.Rules.LastOrDefault(rule => rule.Rule == ImportRules.DeletedUser);
        var rules = report.Rules.Where(rule => rule != before).Select(rule => rule with { Examples = [.. rule.Examples.Where(example => !deleted.Rows.Any(user => example.Contains(user.UserId!, StringComparison.Ordinal)))] });
        return report with
        {
            Kept = Whole(sums[0]),
            Users = Whole(sums[1]),
            Tracks = Whole(sums[2]),
            Plays = double.Parse(sums[3]!, CultureInfo.InvariantCulture),
            ColdUsers = File.Exists(cold) ? connection.QueryLong($"SELECT count(DISTINCT user_id) FROM {SqlText.Parquet(cold)}", cancellationToken) : report.ColdUsers,
            Rules = [.. rules, new ImportRule(ImportRules.DeletedUser, (before?.Dropped ?? 0) + dropped, before?.Before ?? report.Kept, [])],
        };
    }

    private static long Whole(string? text) => long.Parse(text ?? "0", CultureInfo.InvariantCulture);

    private bool HasColumn(string file, string column, CancellationToken cancellationToken) =>
        LakeFile.Named(file, () => connection.QueryLong($"SELECT count(*) FROM (DESCRIBE FROM {SqlText.Parquet(file)}) WHERE column_name = ?", cancellationToken, column)) > 0;
}

/// <summary>While it is there, rows that stay are written in the order in which they were: imports promise one.</summary>
internal sealed class KeptOrder : IDisposable
{
    private readonly EngineConnection _connection;

    public KeptOrder(EngineConnection connection)
    {
        _connection = connection;
        connection.Execute("SET preserve_insertion_order = true", CancellationToken.None);
    }

    public void Dispose() => _connection.Execute("SET preserve_insertion_order = false", CancellationToken.None);
}

/// <summary>Errors of the engine as those of the file that it read.</summary>
internal static class LakeFile
{
    /// <exception cref="LakeCorruptException">The file can't be read.</exception>
    public static long Named(string file, Func<long> query)
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
