using System.Diagnostics;

namespace RecSys.Algorithms.TopK;

/// <summary>
/// Collects the k best of a stream of scored items: score descending, ties by lower item index.
/// </summary>
/// <remarks>
/// Items are appended to a buffer of 2k + 64; when it is full, a quickselect keeps the best k and raises the threshold below
/// which nothing needs to be offered any more. When items are offered in ascending index, an item that equals the threshold
/// is always behind the k kept, and <c>score &gt; Threshold</c> decides exactly; in any other order it takes
/// <c>score &gt;= Threshold</c>.
/// </remarks>
internal sealed class TopKBuffer
{
    private readonly int _k;
    private readonly ScoredItem[] _items;
    private int _count;

    public TopKBuffer(int k)
    {
        _k = k;
        _items = k == 0 ? [] : new ScoredItem[Math.Min((2L * k) + 64, Array.MaxLength)];
        Threshold = k == 0 ? float.PositiveInfinity : float.NegativeInfinity;
    }

    /// <summary>
    /// Only scores above this (or equal, see the remarks) can still change the result. A comparison also refuses NaN. Starts at
    /// negative infinity; offer in any order only finite scores.
    /// </summary>
    public float Threshold { get; private set; }

    /// <summary>Takes an item whose score reaches the threshold.</summary>
    public void Add(int item, float score)
    {
        Debug.Assert(score >= Threshold);
        if (_count == _items.Length)
        {
            Shrink();
        }

        _items[_count++] = new ScoredItem(item, score);
    }

    /// <summary>Forgets everything, to serve another user.</summary>
    public void Clear()
    {
        _count = 0;
        Threshold = _k == 0 ? float.PositiveInfinity : float.NegativeInfinity;
    }

    /// <summary>The best k in order, fewer when fewer were offered.</summary>
    public ScoredItem[] ToSortedArray()
    {
        Shrink();
        var result = _items.AsSpan(0, _count).ToArray();
        Array.Sort(result, BestFirst);
        return result;
    }

    private static int BestFirst(ScoredItem a, ScoredItem b) => IsBefore(a, b) ? -1 : IsBefore(b, a) ? 1 : 0;

    private static bool IsBefore(ScoredItem a, ScoredItem b) =>
        a.Score > b.Score || (a.Score == b.Score && a.ItemIndex < b.ItemIndex);

    /// <summary>Keeps the best k (quickselect, expected linear time) and makes the worst of them the threshold.</summary>
    private void Shrink()
    {
        if (_count <= _k)
        {
            return;
        }

        var items = _items.AsSpan(0, _count);
        var low = 0;
        var high = _count - 1;
        while (low < high)
        {
            var pivot = MedianOfThree(items[low], items[low + ((high - low) / 2)], items[high]);
            var i = low;
            var j = high;
            while (i <= j)
            {
                while (IsBefore(items[i], pivot))
                {
                    i++;
                }

                while (IsBefore(pivot, items[j]))
                {
                    j--;
                }

                if (i <= j)
                {
                    (items[i], items[j]) = (items[j], items[i]);
                    i++;
                    j--;
                }
            }

            if (_k - 1 <= j)
            {
                high = j;
            }
            else if (_k - 1 >= i)
            {
                low = i;
            }
            else
            {
                break;
            }
        }

        _count = _k;
        Threshold = items[_k - 1].Score;
    }

    private static ScoredItem MedianOfThree(ScoredItem a, ScoredItem b, ScoredItem c) =>
        IsBefore(a, b)
            ? IsBefore(b, c) ? b : IsBefore(a, c) ? c : a
            : IsBefore(a, c) ? a : IsBefore(b, c) ? c : b;
}
