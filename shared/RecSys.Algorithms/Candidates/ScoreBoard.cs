using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Candidates;

/// <summary>Adds up scores of the items that something speaks for, and remembers what spoke for each the most.</summary>
internal sealed class ScoreBoard(int itemCount)
{
    private readonly float[] _scores = new float[itemCount];
    private readonly float[] _strongest = new float[itemCount];
    private readonly int[] _because = new int[itemCount];
    private readonly List<int> _touched = [];

    /// <summary>Adds to an item's score.</summary>
    /// <param name="item">The item.</param>
    /// <param name="score">Above 0.</param>
    /// <param name="because">What speaks for it.</param>
    public void Add(int item, float score, int because)
    {
        if (_scores[item] == 0)
        {
            _touched.Add(item);
        }

        _scores[item] += score;
        if (score > _strongest[item])
        {
            (_strongest[item], _because[item]) = (score, because);
        }
    }

    /// <summary>The best items, and an empty board for the next question.</summary>
    public SourceList Take(SourceKind source, ItemSet denied, int count)
    {
        var best = new TopKBuffer(Math.Max(1, count));
        foreach (var item in _touched)
        {
            if (_scores[item] >= best.Threshold && !denied.Contains(item))
            {
                best.Add(item, _scores[item]);
            }
        }

        var hits = best.ToSortedArray().Select(item => new SourceHit(item.ItemIndex, item.Score, _because[item.ItemIndex])).ToArray();
        foreach (var item in _touched)
        {
            _scores[item] = _strongest[item] = 0;
        }

        _touched.Clear();
        return new SourceList(source, hits);
    }
}
