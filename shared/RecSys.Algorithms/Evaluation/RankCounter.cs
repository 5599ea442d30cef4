namespace RecSys.Algorithms.Evaluation;

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
