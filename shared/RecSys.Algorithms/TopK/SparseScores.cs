namespace RecSys.Algorithms.TopK;

/// <summary>Adds up scores above 0 of the few items of a catalogue that something speaks for, and ranks these alone.</summary>
internal sealed class SparseScores(int itemCount)
{
    private readonly float[] _scores = new float[itemCount];
    private int[] _touched = new int[256];
    private int _count;

    /// <summary>Adds to the scores of items, each above 0.</summary>
    public void Add(ReadOnlySpan<int> items, ReadOnlySpan<float> scores)
    {
        if (_touched.Length < _count + items.Length)
        {
            Array.Resize(ref _touched, Math.Max(2 * _touched.Length, _count + items.Length));
        }

        for (var i = 0; i < items.Length; i++)
        {
            // Without a branch, which would be predicted wrongly as often as not.
            _touched[_count] = items[i];
            _count += _scores[items[i]] == 0 ? 1 : 0;
            _scores[items[i]] += scores[i];
        }
    }

    /// <summary>The best items after the filters; all is forgotten, to serve another user.</summary>
    /// <param name="options">K and filters; <see cref="RecommendOptions.ExcludeSeen"/> is what <paramref name="seen"/> says.</param>
    /// <param name="seen">Items to leave out, ascending.</param>
    public ScoredItem[] Take(RecommendOptions options, ReadOnlySpan<int> seen)
    {
        var best = new TopKBuffer(Math.Min(options.K, _scores.Length));
        var filter = new CandidateFilter(options, seen);
        foreach (var item in _touched.AsSpan(0, _count))
        {
            var score = _scores[item];
            _scores[item] = 0;
            if (score >= best.Threshold && score > 0 && filter.Passes(item))
            {
                best.Add(item, score);
            }
        }

        _count = 0;
        return best.ToSortedArray();
    }
}
