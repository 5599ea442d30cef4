using RecSys.Analytics.Engine;
using RecSys.Analytics.Reports.Figures;

namespace RecSys.Analytics.Reports;

/// <summary>Lorenz curve and Gini coefficient of the listens in a table of totals.</summary>
internal static class ConcentrationReader
{
    public static Concentration Read(EngineConnection connection, string table, string key, CancellationToken cancellationToken)
    {
        // The Gini coefficient of ascending x_1 … x_n is 2 Σ i·x_i / (n Σ x_i) − (n + 1) / n.
        connection.Execute(
            $"""
            CREATE OR REPLACE TEMP TABLE report_ranked AS
            SELECT listens::DOUBLE AS listens, row_number() OVER ascending AS place,
                sum(listens::DOUBLE) OVER ascending AS running
            FROM {table} WINDOW ascending AS (ORDER BY listens, {key} ROWS UNBOUNDED PRECEDING)
            """,
            cancellationToken);
        var curve = connection.ReadRows(
            """
            WITH size AS (SELECT count(*) AS n, max(running) AS total FROM report_ranked),
                shares AS (SELECT unnest(list_concat([x / 100 FOR x IN range(1, 100)], [0.995, 0.999, 1])) AS share)
            SELECT DISTINCT place / n::DOUBLE, running / total
            FROM report_ranked, size
            WHERE place IN (SELECT round(share * n)::BIGINT FROM shares, size)
            ORDER BY ALL
            """,
            row => new LorenzPoint(row.Double(0), row.Double(1)),
            cancellationToken);
        return connection.ReadRow(
            """
            WITH size AS (SELECT count(*) AS n, max(running) AS total FROM report_ranked)
            SELECT 2 * sum(place * listens) / (any_value(n) * any_value(total)) - (any_value(n) + 1) / any_value(n)::DOUBLE,
                sum(listens) FILTER (place > n - greatest(1, ceil(n * 0.01))) / any_value(total),
                sum(listens) FILTER (place > n - greatest(1, ceil(n * 0.1))) / any_value(total),
                count(*) FILTER (running > total / 2)
            FROM report_ranked, size
            """,
            row => new Concentration(row.Double(0), row.Double(1), row.Double(2), row.Long(3), [new LorenzPoint(0, 0), .. curve]),
            cancellationToken);
    }
}
