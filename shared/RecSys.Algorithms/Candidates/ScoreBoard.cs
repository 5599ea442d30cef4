using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Candidates;

/// <summary>Adds up scores of the items that something speaks for, and remembers what spoke for each the most.</summary>
internal sealed class ScoreBoard(int itemCount)
{
    private readonly Entry[] _entries = new Entry[itemCount];
    private readonly List<int> _touched = [];

    /// <summary>Adds to an item's score.</summary>
    /// <param name="item">The item.</param>
    /// <param name="score">Above 0.</param>
    /// <param name="because">What speaks for it.</param>
    public void Add(int item, float score, int because)
    {
        ref var entry = ref _entries[item];
        if (entry.Score == 0)
        {
            _touched.Add(item);
        }

        entry.Score += score;
        if (score > entry.Strongest)
        {
            (entry.Strongest, entry.Because) = (score, because);
        }
    }

    /// <summary>The best items, and an empty board for the next question.</summary>
    public SourceList Take(SourceKind source, ItemSet denied, int count)
    {
        var best = new TopKBuffer(Math.Max(1, count));
        foreach (var item in _touched)
        {
            if (_entries[item].Score >= best.Threshold && !denied.Contains(item))
            {
                best.Add(item, _entries[item].Score);
            }
        }

        var hits = best.ToSortedArray().Select(item => new SourceHit(item.ItemIndex, item.Score, _entries[item.ItemIndex].Because)).ToArray();
        foreach (var item in _touched)
        {
            _entries[item] = default;
        }

        _touched.Clear();
        return new SourceList(source, hits);
    }

    // Together: they are far apart in memory from one item to the next.
    private struct Entry
    {
        public float Score;
        public float Strongest;
        public int Because;
    }
}
