using RecSys.Algorithms.Evaluation;

namespace RecSys.Trainer.Ranker;

/// <summary>Rows to learn from or to measure on: groups (one for each user) of labelled rows.</summary>
/// <param name="Values">Rows × features, row by row; NaN for missing.</param>
/// <param name="Labels">1 for a row that came true, else 0.</param>
/// <param name="GroupSizes">Rows of each group, in order.</param>
internal sealed record LabelledRows(float[] Values, float[] Labels, int[] GroupSizes)
{
    private const int CutOff = 10;

    public int RowCount => Labels.Length;

    public int FeatureCount { get; } = Values.Length / Math.Max(1, Labels.Length);

    /// <summary>Margin of each row that the first tree starts from; null to start from 0.</summary>
    public float[]? Start { get; init; }

    /// <summary>The value of a feature.</summary>
    public float Value(int row, int feature) => Values[((long)row * FeatureCount) + feature];

    /// <summary>The NDCG@10 of each group when its rows are ordered by a score; equal scores keep the order of the rows.</summary>
    public double[] Ndcg(Func<int, float> score)
    {
        var (values, start) = (new List<double>(GroupSizes.Length), 0);
        foreach (var size in GroupSizes)
        {
            var group = Enumerable.Range(start, size);
            bool[] hits = [.. group.OrderByDescending(score).Take(CutOff).Select(row => Labels[row] > 0)];
            values.Add(RankingMetrics.Ndcg(hits, group.Count(row => Labels[row] > 0), CutOff));
            start += size;
        }

        return [.. values];
    }
}
