using RecSys.Analytics.Engine;
using RecSys.Analytics.Reports.Figures;

namespace RecSys.Analytics.Reports;

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
