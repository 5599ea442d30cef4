using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Reports;

/// <summary>Figures of a service's own log, from what its import keeps beside the listens.</summary>
internal static class ServiceReader
{
    /// <summary>Reads an import's figures; null when it isn't a service log.</summary>
    public static ServiceFigures? Read(EngineConnection connection, LakeSnapshot lake, string import, CancellationToken cancellationToken)
    {
        var file = Path.Combine(lake.Import(import), LakeFolders.ImportServiceFile);
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            var events = $"(SELECT * FROM {SqlText.Parquet(file)} WHERE {DeletedListens.Condition(lake.Deleted)})";
            return new ServiceFigures(
                import,
                connection.QueryLong($"SELECT count(*) FROM {events}", cancellationToken),
                ReadLatencies(connection, events, cancellationToken),
                ReadArms(connection, events, cancellationToken),
                null);
        }
        catch (EngineException exception) when (!exception.IsOutOfMemory)
        {
            throw new LakeCorruptException(file, exception.Message, exception);
        }
    }

    private static LatencyFigures? ReadLatencies(EngineConnection connection, string events, CancellationToken cancellationToken)
    {
        var latencies = connection.ReadRow(
            $"""
            SELECT count(ms), avg(ms), quantile_cont(ms, 0.5), quantile_cont(ms, 0.9), quantile_cont(ms, 0.95), quantile_cont(ms, 0.99),
                quantile_cont(ms, 0.999), max(ms)
            FROM (SELECT latency_seconds::DOUBLE * 1000 AS ms FROM {events})
            """,
            row => new LatencyFigures(
                row.Long(0), row.Double(1), row.Double(2), row.Double(3), row.Double(4), row.Double(5), row.Double(6), row.Double(7)),
            cancellationToken);
        return latencies.Count == 0 ? null : latencies;
    }

    private static List<ArmFigures> ReadArms(EngineConnection connection, string events, CancellationToken cancellationToken) => connection.ReadRows(
        $"""
        WITH assigned AS (SELECT user_id, message, played_share, unnest(experiments) AS entry FROM {events}),
            users AS (
                SELECT entry.experiment AS experiment, entry.arm AS arm, user_id,
                    coalesce(sum(played_share::DOUBLE), 0) AS listened, greatest(1, count(*) FILTER (message = 'last')) AS sessions
                FROM assigned GROUP BY ALL
            )
        SELECT experiment, arm, count(*), sum(sessions)::BIGINT, avg(listened / sessions), coalesce(var_samp(listened / sessions), 0)
        FROM users GROUP BY experiment, arm ORDER BY experiment, arm
        """,
        row => new ArmFigures(row.Text(0), row.Text(1), row.Long(2), row.Long(3), row.Double(4), row.Double(5)),
        cancellationToken);
}
