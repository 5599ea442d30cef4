namespace RecSys.Algorithms.Evaluation;

/// <summary>
/// Metrics of one user's ranked list. <c>hits[p]</c> says whether the item at position p (from 0) is relevant;
/// a list shorter than k counts as one whose missing places are misses.
/// </summary>
public static class RankingMetrics
{
    /// <summary>Marks which recommended items are relevant.</summary>
    /// <param name="recommended">Item indices, best first, without repetition.</param>
    /// <param name="relevant">Relevant item indices, ascending.</param>
    /// <param name="hits">Receives one flag per recommended item.</param>
    public static void MarkHits(ReadOnlySpan<int> recommended, ReadOnlySpan<int> relevant, Span<bool> hits)
    {
        for (var position = 0; position < recommended.Length; position++)
        {
            hits[position] = relevant.BinarySearch(recommended[position]) >= 0;
        }
    }

    /// <summary>Number of hits in the first k.</summary>
    public static int HitCount(ReadOnlySpan<bool> hits, int k) => First(hits, k).Count(true);

    /// <summary>Hits in the first k divided by the number of relevant items.</summary>
    public static double Recall(ReadOnlySpan<bool> hits, int relevantCount, int k) =>
        (double)HitCount(hits, k) / relevantCount;

    /// <summary>Hits in the first k divided by k, also when fewer than k items were recommended.</summary>
    public static double Precision(ReadOnlySpan<bool> hits, int k) => (double)HitCount(hits, k) / k;

    /// <summary>
    /// AP@k = Σ_{p ≤ k, p a hit} (hits up to p) / p, divided by min(relevant, k).
    /// </summary>
    public static double AveragePrecision(ReadOnlySpan<bool> hits, int relevantCount, int k)
    {
        var first = First(hits, k);
        var sum = 0.0;
        var found = 0;
        for (var position = 0; position < first.Length; position++)
        {
            if (first[position])
            {
                found++;
                sum += (double)found / (position + 1);
            }
        }

        return sum / Math.Min(relevantCount, k);
    }

    /// <summary>
    /// NDCG@k = Σ_{p ≤ k, p a hit} 1 / log2(p + 1), divided by the same sum over the first min(relevant, k) positions; p from 1.
    /// </summary>
    public static double Ndcg(ReadOnlySpan<bool> hits, int relevantCount, int k)
    {
        var first = First(hits, k);
        var gain = 0.0;
        for (var position = 0; position < first.Length; position++)
        {
            if (first[position])
            {
                gain += Discount(position);
            }
        }

        var ideal = 0.0;
        for (var position = 0; position < Math.Min(relevantCount, k); position++)
        {
            ideal += Discount(position);
        }

        return gain / ideal;
    }

    /// <summary>1 when there is a hit in the first k, else 0.</summary>
    public static double HitRate(ReadOnlySpan<bool> hits, int k) => First(hits, k).Contains(true) ? 1 : 0;

    /// <summary>1 / position (from 1) of the first hit in the first k; 0 when there is none.</summary>
    public static double ReciprocalRank(ReadOnlySpan<bool> hits, int k)
    {
        var position = First(hits, k).IndexOf(true);
        return position < 0 ? 0 : 1.0 / (position + 1);
    }

    /// <summary>Share of the first k recommended items that are not among <paramref name="seen"/>; 0 for an empty list.</summary>
    /// <param name="recommended">Item indices, best first.</param>
    /// <param name="seen">The user's train items, ascending.</param>
    /// <param name="k">How many recommended items count.</param>
    public static double Novelty(ReadOnlySpan<int> recommended, ReadOnlySpan<int> seen, int k)
    {
        var first = recommended[..Math.Min(k, recommended.Length)];
        var fresh = 0;
        foreach (var item in first)
        {
            fresh += seen.BinarySearch(item) < 0 ? 1 : 0;
        }

        return first.IsEmpty ? 0 : (double)fresh / first.Length;
    }

    /// <summary>
    /// Percentile rank of one item: 100 · rank / (ranked − 1), rank from 0; 0 when it is the only item that is ranked.
    /// </summary>
    public static double PercentileRank(double rank, int rankedCount) => rankedCount > 1 ? 100.0 * rank / (rankedCount - 1) : 0;

    private static ReadOnlySpan<bool> First(ReadOnlySpan<bool> hits, int k) => hits[..Math.Min(k, hits.Length)];

    private static double Discount(int position) => 1 / Math.Log2(position + 2);
}
