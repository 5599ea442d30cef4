using RecSys.Analytics.Engine;
using RecSys.Data.Segments;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Listens;

/// <summary>What a query in somebody's own SQL gave.</summary>
/// <param name="Columns">The names of the columns.</param>
/// <param name="Rows">The values of each row in the columns' order: text, numbers, times, lists of them, null.</param>
/// <param name="IsCut">Whether there were more rows than were asked for.</param>
public sealed record LakeTable(IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Rows, bool IsCut)
{
    /// <summary>
    /// Runs a SELECT in DuckDB's SQL over the views <c>listens</c> (user_id, track_id, listened_at, played_share, play_count; each listen
    /// once, its time null where it is unknown), <c>exposures</c> (the columns of their segments, each position of a slate once) and
    /// <c>tracks</c> (track_id, title, artists, albums, genres, as imports know them). It can read the lake and nothing else, and change
    /// nothing.
    /// </summary>
    /// <param name="lake">The lake.</param>
    /// <param name="sql">One SELECT.</param>
    /// <param name="maxRows">At most so many rows are given, at least 1.</param>
    /// <param name="cancellationToken">Ends the query early.</param>
    /// <exception cref="EngineException">The SQL is wrong; the message says where.</exception>
    /// <exception cref="LakeCorruptException">A file of the lake can't be read.</exception>
    public static async Task<LakeTable> QueryAsync(ListenLake lake, string sql, int maxRows, CancellationToken cancellationToken = default)
    {
        await using var snapshot = await lake.OpenAsync(cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => Query(lake, snapshot, sql, maxRows, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private static LakeTable Query(ListenLake lake, LakeSnapshot snapshot, string sql, int maxRows, CancellationToken cancellationToken)
    {
        // An engine of its own: what is locked stays locked.
        using var engine = QueryEngine.Open(lake.EngineOptions);
        using var connection = engine.Connect();
        var source = new ListenSource(snapshot, InteractionQuery.All);
        connection.Execute(
            $"CREATE VIEW listens AS SELECT user_id, track_id, make_timestamptz(known_at) AS listened_at, played_share, play_count FROM ({source.DistinctSql()})",
            cancellationToken);
        var exposures = snapshot.SegmentsOf(SegmentKind.Exposures, null, null);
        connection.Execute(
            $"CREATE VIEW exposures AS SELECT * FROM ({SegmentTable.Exposures.Distinct(exposures)}) WHERE {DeletedListens.Condition(snapshot.Deleted, SegmentTable.Exposures.Time)}",
            cancellationToken);
        connection.Execute($"CREATE VIEW tracks AS {Tracks(snapshot)}", cancellationToken);
        engine.ReadOnlyFrom(lake.RootFolder);

        try
        {
            // In brackets only a SELECT has a meaning; on lines of their own, so that a comment at its end stays one.
            var statement = $"SELECT * FROM (\n{sql.Trim().TrimEnd(';')}\n) LIMIT {maxRows + 1L}";
            IReadOnlyList<string> columns = [];
            var rows = new List<object?[]>();
            foreach (var row in connection.Stream(statement, cancellationToken))
            {
                columns = columns.Count > 0 ? columns : [.. Enumerable.Range(0, row.FieldCount).Select(row.GetName)];
                rows.Add([.. Enumerable.Range(0, row.FieldCount).Select(row.Value)]);
            }

            columns = columns.Count > 0 ? columns : connection.ReadRows($"DESCRIBE {statement}", row => row.GetString(0), cancellationToken);
            return new LakeTable(columns, [.. rows.Take(maxRows)], rows.Count > maxRows);
        }
        catch (EngineException failure) when ((source.FindUnreadableFile(connection, failure, cancellationToken)
            ?? UnreadableFile.FindSegment(connection, failure, SegmentTable.Exposures, exposures, cancellationToken)) is { } corrupt)
        {
            throw corrupt;
        }
    }

    private static string Tracks(LakeSnapshot lake)
    {
        const string Columns = "track_id, title, artists, albums, genres";
        string[] files = [.. lake.ImportNames.Select(name => Path.Combine(lake.Import(name), LakeFolders.ImportTracksFile)).Where(File.Exists)];
        return files.Length == 0
            ? "SELECT '' AS track_id, '' AS title, []::VARCHAR[] AS artists, []::VARCHAR[] AS albums, []::VARCHAR[] AS genres LIMIT 0"
            : $"""
              SELECT {Columns} FROM read_parquet({SqlText.LiteralList(files)}, hive_partitioning = false, filename = true)
              QUALIFY row_number() OVER (PARTITION BY track_id ORDER BY filename) = 1
              """;
    }
}
