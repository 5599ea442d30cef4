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

/// <summary>Positions of a few items in the ranking of all items: score descending, ties by lower item index.</summary>
internal static class RankCounter
{
    /// <summary>
    /// The middle of the places of all items with the score of each wanted item: (items above it + items at least as good − 1) / 2.
    /// </summary>
    /// <param name="scores">A score per item. Items to leave out of the ranking are marked NaN.</param>
    /// <param name="wanted">Items asked about, none of them NaN.</param>
    public static double[] MiddleRanks(ReadOnlySpan<float> scores, ReadOnlySpan<int> wanted)
    {
        var order = new int[wanted.Length];
        var rising = new float[wanted.Length];
        for (var i = 0; i < wanted.Length; i++)
        {
            (order[i], rising[i]) = (i, scores[wanted[i]]);
        }

        Array.Sort(rising, order);

        // above[p] and atLeast[p]: items that do so to the first p wanted ones, in the order of rising scores, and to no more.
        var above = new int[wanted.Length + 1];
        var atLeast = new int[wanted.Length + 1];
        foreach (var score in scores)
        {
            if (!float.IsNaN(score))
            {
                above[CountBelow(rising, score, orEqual: false)]++;
                atLeast[CountBelow(rising, score, orEqual: true)]++;
            }
        }

        var ranks = new double[wanted.Length];
        var (better, asGood) = (0, 0);
        for (var p = wanted.Length - 1; p >= 0; p--)
        {
            better += above[p + 1];
            asGood += atLeast[p + 1];
            ranks[order[p]] = (better + asGood - 1) / 2.0;
        }

        return ranks;
    }

    // How many of the ascending values are below a limit.
    private static int CountBelow(float[] rising, float limit, bool orEqual)
    {
        var (low, high) = (0, rising.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (rising[middle] < limit || (orEqual && rising[middle] == limit))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Counts how many items stand before each wanted item.</summary>
    /// <param name="scores">A score per item. Items to leave out of the ranking are marked NaN.</param>
    /// <param name="wanted">Items asked about, ascending; none of them NaN.</param>
    /// <param name="ranks">Receives the position from 0 of each wanted item.</param>
    /// <remarks>
    /// Wanted items are sorted by rank; an item counts for those that stand behind it, which a binary search finds, and only
    /// the few items that beat the worst wanted one are searched for: O(n + better · log wanted).
    /// </remarks>
    public static void Count(ReadOnlySpan<float> scores, ReadOnlySpan<int> wanted, Span<int> ranks)
    {
        if (wanted.IsEmpty)
        {
            return;
        }

        var order = new int[wanted.Length];
        var keys = new (float Score, int Item)[wanted.Length];
        for (var i = 0; i < wanted.Length; i++)
        {
            order[i] = i;
            keys[i] = (scores[wanted[i]], wanted[i]);
        }

        Array.Sort(keys, order, BestFirst.Instance);
        var worst = keys[^1].Score;

        // beats[p]: items that stand before wanted item p but not before wanted item p − 1.
        var beats = new int[wanted.Length];
        for (var item = 0; item < scores.Length; item++)
        {
            var score = scores[item];
            if (score >= worst)
            {
                var place = Array.BinarySearch(keys, (score, item), BestFirst.Instance);
                place = place < 0 ? ~place : place + 1;
                if (place < beats.Length)
                {
                    beats[place]++;
                }
            }
        }

        var rank = 0;
        for (var place = 0; place < beats.Length; place++)
        {
            rank += beats[place];
            ranks[order[place]] = rank;
        }
    }

    private sealed class BestFirst : IComparer<(float Score, int Item)>
    {
        public static readonly BestFirst Instance = new();

        public int Compare((float Score, int Item) x, (float Score, int Item) y) =>
            x.Score != y.Score ? y.Score.CompareTo(x.Score) : x.Item.CompareTo(y.Item);
    }
}
