using System.Collections.Concurrent;
using RecSys.Algorithms;

namespace RecSys.Candidate.Models;

/// <summary>
/// The nearest items of the items that are asked about, each computed once while it is remembered: a search through all
/// factors takes milliseconds, and most questions are about few items. Safe for use by many threads.
/// </summary>
/// <remarks>
/// Two generations stand in for a least-recently-used order without a lock on the way of every request: what is asked for
/// moves to the young one, and when that is full it becomes the old one and the former old one is let go of. At most
/// 2 · capacity lists are held, each of 8 bytes a neighbour.
/// </remarks>
internal sealed class NeighborCache(ISimilarItems model, int neighborCount, int capacity)
{
    private readonly Lock _turnLock = new();
    private volatile ConcurrentDictionary<int, ScoredItem[]> _young = new();
    private volatile ConcurrentDictionary<int, ScoredItem[]> _old = new();

    /// <summary>The neighbours of each item, nearest first, the item itself not among them.</summary>
    public ScoredItem[][] Get(ReadOnlySpan<int> itemIndices, CancellationToken cancellationToken)
    {
        var lists = new ScoredItem[itemIndices.Length][];
        var missing = new List<int>();
        for (var i = 0; i < itemIndices.Length; i++)
        {
            if (_young.TryGetValue(itemIndices[i], out var list))
            {
                lists[i] = list;
            }
            else if (_old.TryGetValue(itemIndices[i], out list))
            {
                lists[i] = list;
                Remember(itemIndices[i], list);
            }
            else
            {
                missing.Add(i);
            }
        }
        if (missing.Count > 0)
        {
            var asked = new int[missing.Count];
            for (var i = 0; i < asked.Length; i++)
            {
                asked[i] = itemIndices[missing[i]];
            }
            var found = model.SimilarItems(asked, neighborCount, cancellationToken);
            for (var i = 0; i < asked.Length; i++)
            {
                lists[missing[i]] = found[i];
                Remember(asked[i], found[i]);
            }
        }
        return lists;
    }

    private void Remember(int itemIndex, ScoredItem[] list)
    {
        _young[itemIndex] = list;
        if (_young.Count <= capacity)
        {
            return;
        }
        lock (_turnLock)
        {
            if (_young.Count > capacity)
            {
                _old = _young;
                _young = new ConcurrentDictionary<int, ScoredItem[]>();
            }
        }
    }
}
