using RecSys.Lake.DuckDb;
using RecSys.Lake.Storage;

namespace RecSys.Lake.Interactions;

/// <summary>The files that a query reads, and the SQL that reads them with one set of columns.</summary>
internal sealed class ListenSource
{
    private readonly InteractionQuery _query;
    private readonly List<string> _segments;
    private readonly List<string> _imports;

    public ListenSource(LakeFolders folders, InteractionQuery query)
    {
        _query = query;
        var first = query.After is { } after ? DateOnly.FromDateTime(after.UtcDateTime) : DateOnly.MinValue;
        var last = query.Before is { } before ? DateOnly.FromDateTime(before.UtcDateTime) : DateOnly.MaxValue;
        _segments = query.Sources.HasFlag(LakeSources.Listens) ? folders.ListenSegments(first, last) : [];
        _imports = query.Sources.HasFlag(LakeSources.Imports) ? folders.ImportedListens() : [];
    }

    public bool IsEmpty => _segments.Count == 0 && _imports.Count == 0;

    public IEnumerable<string> Files => _segments.Concat(_imports);

    /// <summary>
    /// A SELECT of user_id, track_id, listened_at (BIGINT, microseconds), played_share, play_count, weight (DOUBLE: plays,
    /// or the imported weight), of the query's times, duplicates still in it.
    /// </summary>
    public string Sql()
    {
        var parts = new List<string>();
        if (_segments.Count > 0)
        {
            parts.Add(Part(_segments, "play_count::DOUBLE"));
        }

        if (_imports.Count > 0)
        {
            parts.Add(Part(_imports, "weight"));
        }

        return string.Join(" UNION ALL ", parts);
    }

    /// <summary>Looks for the file that made a query fail, by reading every file alone and completely.</summary>
    /// <returns>The error that names the first unreadable file; null when all can be read.</returns>
    public LakeCorruptException? FindUnreadableFile(
        DuckDbConnection connection, DuckDbException failure, CancellationToken cancellationToken)
    {
        if (failure.IsOutOfMemory)
        {
            return null;
        }

        foreach (var file in Files.Where(File.Exists))
        {
            try
            {
                connection.QueryLong(
                    $"SELECT count(user_id) + count(track_id) + count(listened_at) + count(played_share) + count(play_count) FROM read_parquet({SqlText.Literal(file)})",
                    cancellationToken);
            }
            catch (DuckDbException exception)
            {
                return new LakeCorruptException(file, exception.Message, exception);
            }
        }

        return null;
    }

    private string Part(List<string> files, string weight)
    {
        List<string> conditions = ["user_id IS NOT NULL", "track_id IS NOT NULL", "listened_at IS NOT NULL"];
        if (_query.After is { } after)
        {
            conditions.Add($"listened_at >= make_timestamptz({LakeTime.ToMicroseconds(after)})");
        }

        if (_query.Before is { } before)
        {
            conditions.Add($"listened_at < make_timestamptz({LakeTime.ToMicroseconds(before)})");
        }

        return $"SELECT user_id, track_id, epoch_us(listened_at) AS listened_at, played_share, play_count, {weight} AS weight "
            + $"FROM read_parquet({SqlText.LiteralList(files)}, hive_partitioning = false) WHERE {string.Join(" AND ", conditions)}";
    }
}
