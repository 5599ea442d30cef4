using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Reports;

/// <summary>Quartiles and a histogram of a column.</summary>
internal static class DistributionReader
{
    /// <summary>Reads a distribution of values from 0.</summary>
    /// <param name="connection">Where the table is.</param>
    /// <param name="value">The column or expression.</param>
    /// <param name="table">A table.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <returns>The distribution; null for no values.</returns>
    public static Distribution? Read(EngineConnection connection, string value, string table, CancellationToken cancellationToken)
    {
        var counts = connection.ReadRows(
            $"""
            WITH placed AS (SELECT v, CASE WHEN v < 1 THEN -1 ELSE floor(2 * log2(v)) END AS k FROM (SELECT ({value})::DOUBLE AS v FROM {table}))
            SELECT CASE WHEN k < 0 THEN 0 WHEN v < ceil(pow(2, k / 2)) THEN ceil(pow(2, (k - 1) / 2)) ELSE ceil(pow(2, k / 2)) END AS low, count(*)
            FROM placed GROUP BY low ORDER BY low
            """,
            row => (Low: row.Double(0), Count: row.Long(1)),
            cancellationToken);
        if (counts.Count == 0)
        {
            return null;
        }

        var countOf = counts.ToDictionary(bin => bin.Low, bin => bin.Count);
        var bins = new List<HistogramBin>();
        for (var low = counts[0].Low; low <= counts[^1].Low; low = Next(low))
        {
            bins.Add(new HistogramBin(low, Next(low), countOf.GetValueOrDefault(low)));
        }

        return connection.ReadRow(
            $"""
            SELECT count(*), avg(v), min(v), quantile_cont(v, 0.05), quantile_cont(v, 0.25), quantile_cont(v, 0.5),
                quantile_cont(v, 0.75), quantile_cont(v, 0.95), max(v)
            FROM (SELECT ({value})::DOUBLE AS v FROM {table})
            """,
            row => new Distribution(
                row.Long(0), row.Double(1), row.Double(2), row.Double(3), row.Double(4), row.Double(5), row.Double(6), row.Double(7), row.Double(8), bins),
            cancellationToken);
    }

    // 0, 1, then powers of √2, rounded up: 2, 3, 4, 6, 8, 12, 16, 23, 32, …
    private static double Next(double low)
    {
        if (low < 2)
        {
            return low + 1;
        }

        var half = Math.Floor(2 * Math.Log2(low));
        return Math.Ceiling(Math.Pow(2, (half + 1) / 2)) is var next && next > low ? next : Math.Ceiling(Math.Pow(2, (half + 2) / 2));
    }
}

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

/// <summary>How much of the tracks was played.</summary>
internal static class PlayedShareReader
{
    private const int BinCount = 20;

    public static PlayedShares? Read(EngineConnection connection, CancellationToken cancellationToken)
    {
        var counts = connection.ReadRows(
            $"""
            SELECT least(floor(played_share::DOUBLE * {BinCount} + 1e-6), {BinCount - 1})::BIGINT AS bin, count(*), sum(played_share::DOUBLE)
            FROM report_listens WHERE played_share IS NOT NULL GROUP BY bin ORDER BY bin
            """,
            row => (Bin: (int)row.Long(0), Count: row.Long(1), Sum: row.Double(2)),
            cancellationToken);
        if (counts.Count == 0)
        {
            return null;
        }

        var countOf = counts.ToDictionary(bin => bin.Bin, bin => bin.Count);
        var total = counts.Sum(bin => bin.Count);
        return new PlayedShares(
            total,
            counts.Sum(bin => bin.Sum) / total,
            [.. Enumerable.Range(0, BinCount).Select(bin => new HistogramBin((double)bin / BinCount, (bin + 1.0) / BinCount, countOf.GetValueOrDefault(bin)))]);
    }
}
