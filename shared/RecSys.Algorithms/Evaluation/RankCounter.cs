namespace RecSys.Algorithms.Evaluation;

/// <summary>Positions of a few items in the ranking of all items: score descending, ties by lower item index.</summary>
internal static class RankCounter
{
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
