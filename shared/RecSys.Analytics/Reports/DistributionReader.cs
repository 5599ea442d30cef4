using RecSys.Analytics.Engine;
using RecSys.Analytics.Reports.Figures;

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
