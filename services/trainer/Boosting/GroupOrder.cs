using RecSys.Algorithms.Evaluation;

namespace RecSys.Trainer.Boosting;

/// <summary>What scores do to the order of rows within their groups.</summary>
internal static class GroupOrder
{
    private const int CutOff = 10;

    /// <summary>The NDCG@10 of each group; equal scores keep the order of the rows.</summary>
    public static double[] Ndcg(BoostingRows rows, Func<int, float> score)
    {
        var (values, start) = (new List<double>(rows.GroupSizes.Length), 0);
        foreach (var size in rows.GroupSizes)
        {
            var group = Enumerable.Range(start, size);
            bool[] hits = [.. group.OrderByDescending(score).Take(CutOff).Select(row => rows.Labels[row] > 0)];
            values.Add(RankingMetrics.Ndcg(hits, group.Count(row => rows.Labels[row] > 0), CutOff));
            start += size;
        }

        return [.. values];
    }
}
