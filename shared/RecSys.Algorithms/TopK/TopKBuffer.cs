using System.Diagnostics;

namespace RecSys.Algorithms.TopK;

/// <summary>
/// Collects the k best of a stream of scored items: score descending, ties by lower item index.
/// </summary>
/// <remarks>
/// <para>
/// Items are appended to a buffer of 2k + 64; when it is full, a selection keeps the best k and raises the threshold below which
/// nothing needs to be offered any more. When items are offered in ascending index, an item that equals the threshold is always
/// behind the k kept, and <c>score &gt; Threshold</c> decides exactly; in any other order it takes <c>score &gt;= Threshold</c>.
/// </para>
/// <para>
/// An item is one <see cref="RankingKey"/>: one comparison, and a partition without branches that could be predicted wrongly.
/// </para>
/// </remarks>
internal sealed class TopKBuffer
{
    private readonly int _k;
    private readonly ulong[] _keys;
    private int _count;

    public TopKBuffer(int k)
    {
        _k = k;
        _keys = k == 0 ? [] : new ulong[Math.Min((2L * k) + 64, Array.MaxLength)];
        Clear();
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
        if (_count == _keys.Length)
        {
            Shrink();
        }

        _keys[_count++] = RankingKey.Of(item, score);
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
        Array.Sort(_keys, 0, _count);
        var result = new ScoredItem[_count];
        for (var i = 0; i < result.Length; i++)
        {
            var key = _keys[_count - 1 - i];
            result[i] = new ScoredItem(RankingKey.ItemOf(key), RankingKey.ScoreOf(key));
        }

        return result;
    }

    /// <summary>Keeps the best k (quickselect, expected linear time) and makes the worst of them the threshold.</summary>
    private void Shrink()
    {
        if (_count <= _k)
        {
            return;
        }

        var low = 0;
        var high = _count - 1;
        while (low < high)
        {
            var middle = Partition(low, high);
            if (middle == _k - 1)
            {
                break;
            }

            if (middle >= _k)
            {
                high = middle - 1;
            }
            else
            {
                low = middle + 1;
            }
        }

        _count = _k;
        Threshold = RankingKey.ScoreOf(_keys[_k - 1]);
    }

    /// <summary>Moves keys above a pivot before it; returns the pivot's place.</summary>
    private int Partition(int low, int high)
    {
        var keys = _keys.AsSpan(low, high - low + 1);
        var last = keys.Length - 1;
        var pivotAt = MedianOfThree(keys[0], keys[last / 2], keys[last]) switch
        {
            0 => 0,
            1 => last / 2,
            _ => last,
        };
        (keys[pivotAt], keys[last]) = (keys[last], keys[pivotAt]);
        var pivot = keys[last];
        var above = 0;
        for (var i = 0; i < last; i++)
        {
            var key = keys[i];
            keys[i] = keys[above];
            keys[above] = key;
            above += key > pivot ? 1 : 0;
        }

        (keys[above], keys[last]) = (keys[last], keys[above]);
        return low + above;
    }

    private static int MedianOfThree(ulong a, ulong b, ulong c) =>
        a > b
            ? b > c ? 1 : a > c ? 2 : 0
            : a > c ? 0 : b > c ? 2 : 1;
}

/// <summary>
/// A scored item as one number: the score's bits made monotone, above the complement of the item index. The larger key is the
/// better item, ties going to the lower index, and no two keys are equal.
/// </summary>
internal static class RankingKey
{
    public static ulong Of(int item, float score)
    {
        // Negative floats have their bits reversed in order, positive ones come above them; −0 becomes 0 first.
        var bits = BitConverter.SingleToInt32Bits(score + 0f);
        var monotone = (uint)(bits ^ ((bits >> 31) | int.MinValue));
        return ((ulong)monotone << 32) | ~(uint)item;
    }

    public static int ItemOf(ulong key) => (int)~(uint)key;

    public static float ScoreOf(ulong key)
    {
        var monotone = (int)(key >> 32);
        return BitConverter.Int32BitsToSingle(monotone ^ (~(monotone >> 31) | int.MinValue));
    }
}

/// <summary>Which of the items that score high enough may be in a list.</summary>
internal readonly ref struct CandidateFilter(RecommendOptions options, ReadOnlySpan<int> sortedSeen)
{
    private readonly ItemSet? _allowed = options.Allowed;
    private readonly ItemSet? _denied = options.Denied;
    private readonly ReadOnlySpan<int> _seen = sortedSeen;

    public bool Passes(int item) =>
        (_allowed is null || _allowed.Contains(item))
        && (_denied is null || !_denied.Contains(item))
        && (_seen.IsEmpty || _seen.BinarySearch(item) < 0);
}
