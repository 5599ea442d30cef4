using RecSys.Analytics.Engine;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Listens;

/// <summary>The files that a query reads, and the SQL that reads them with one set of columns.</summary>
internal sealed class ListenSource
{
    private readonly InteractionQuery _query;
    private readonly string _notDeleted;
    private readonly List<string> _segments;
    private readonly List<string> _imports;

    public ListenSource(LakeSnapshot lake, InteractionQuery query)
    {
        _query = query;
        _notDeleted = DeletedListens.Condition(lake.Deleted);
        var isNamed = query.Imports.Count > 0;
        _segments = query.Sources.HasFlag(LakeSources.Listens) && !isNamed ? lake.ListenSegments(query.After, query.Before) : [];
        _imports = isNamed ? [.. query.Imports.Distinct().Order(StringComparer.Ordinal).Select(name => lake.ImportedListens(LakeQueries.RequireImport(lake, name)))]
            : query.Sources.HasFlag(LakeSources.Imports) ? lake.ImportedListens()
            : [];
    }

    /// <summary>The files that hold the listens.</summary>
    public IEnumerable<string> Files => _segments.Concat(_imports);

    public bool IsEmpty => _segments.Count == 0 && _imports.Count == 0;

    /// <summary>Whether the source is one import, whose listens are distinct.</summary>
    public bool IsOneImport => _segments.Count == 0 && _imports.Count == 1;

    /// <summary>
    /// A SELECT of user_id, track_id, listened_at (BIGINT, microseconds), played_share, play_count, weight (DOUBLE: plays,
    /// or the imported weight), of the query's times, duplicates still in it.
    /// </summary>
    public string Sql() => Sql(_imports);

    /// <summary>
    /// A SELECT of user_id, track_id, known_at (BIGINT, microseconds; NULL where the time is unknown), played_share and play_count, each
    /// listen once with the largest of its shares and counts; of no rows where there are no files.
    /// </summary>
    public string DistinctSql() => IsEmpty
        ? "SELECT '' AS user_id, '' AS track_id, NULL::BIGINT AS known_at, 0::FLOAT AS played_share, 0 AS play_count LIMIT 0"
        : $"""
          SELECT user_id, track_id, nullif(listened_at, 0) AS known_at, max(played_share) AS played_share, max(play_count) AS play_count
          FROM ({Sql()}) GROUP BY user_id, track_id, listened_at
          """;

    /// <summary>The files as parts to make cells of.</summary>
    public IReadOnlyList<ListenPart> Parts()
    {
        var numbered = _imports.Where(import => IdFiles(import).All(File.Exists)).ToArray();
        var text = Sql([.. _imports.Except(numbered)]);
        List<ListenPart> parts = text.Length > 0 ? [new TextListens(text)] : [];
        foreach (var import in numbered)
        {
            var rows = $"FROM {SqlText.Parquet(import)} WHERE {string.Join(" AND ", Conditions())}";
            var ids = IdFiles(import);
            parts.Add(new NumberedListens(rows, ids[0], ids[1]));
        }

        return parts;
    }

    /// <summary>Looks for the file that made a query fail, by reading every file alone and completely.</summary>
    /// <returns>The error that names the first unreadable file; null when all can be read.</returns>
    public LakeCorruptException? FindUnreadableFile(
        EngineConnection connection, EngineException failure, CancellationToken cancellationToken)
    {
        if (failure.IsOutOfMemory)
        {
            return null;
        }

        return _segments.Select(file => UnreadableFile.CheckSegment(connection, file, cancellationToken))
            .Concat(_imports.Select(file => Check(file, UnreadableFile.ListenColumns)))
            .Concat(_imports.Select(IdFiles).Select(files => Check(files[0], "count(user_id)") ?? Check(files[1], "count(track_id)")))
            .FirstOrDefault(problem => problem is not null);

        LakeCorruptException? Check(string file, string columns) => UnreadableFile.Check(connection, file, columns, cancellationToken);
    }

    private static string[] IdFiles(string import)
    {
        var folder = Path.GetDirectoryName(import)!;
        return [Path.Combine(folder, LakeFolders.ImportUserIdsFile), Path.Combine(folder, LakeFolders.ImportTrackIdsFile)];
    }

    private string Sql(List<string> imports)
    {
        var parts = new List<string>();
        if (_segments.Count > 0)
        {
            parts.Add(Part(SqlText.Segments(_segments), "play_count::DOUBLE"));
        }

        if (imports.Count > 0)
        {
            parts.Add(Part(SqlText.Parquet(imports), "weight"));
        }

        return string.Join(" UNION ALL ", parts);
    }

    private string Part(string table, string weight)
    {
        List<string> conditions = ["user_id IS NOT NULL", "track_id IS NOT NULL", "listened_at IS NOT NULL", .. Conditions()];
        return $"SELECT user_id, track_id, epoch_us(listened_at) AS listened_at, played_share, play_count, {weight} AS weight "
            + $"FROM {table} WHERE {string.Join(" AND ", conditions)}";
    }

    private List<string> Conditions()
    {
        List<string> conditions = [_notDeleted];
        if (_query.After is { } after)
        {
            conditions.Add($"listened_at >= make_timestamptz({LakeTime.ToMicroseconds(after)})");
        }

        if (_query.Before is { } before)
        {
            conditions.Add($"listened_at < make_timestamptz({LakeTime.ToMicroseconds(before)})");
        }

        return conditions;
    }
}
