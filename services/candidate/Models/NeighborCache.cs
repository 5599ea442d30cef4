using BitFaster.Caching.Lru;
using RecSys.Algorithms;

namespace RecSys.Candidate.Models;

/// <summary>
/// The nearest items of the items that are asked about, each computed once while it is remembered: a search through all
/// factors takes milliseconds, and most questions are about few items. Safe for use by many threads.
/// </summary>
/// <param name="model">Finds them.</param>
/// <param name="neighborCount">How many of each item, 8 bytes each.</param>
/// <param name="capacity">Items whose neighbours are remembered, at least 3; those not asked about the longest go first.</param>
internal sealed class NeighborCache(ISimilarItems model, int neighborCount, int capacity)
{
    private readonly ConcurrentLru<int, ScoredItem[]> _lists = new(capacity);

    /// <summary>The neighbours of each item, nearest first, the item itself not among them.</summary>
    public ScoredItem[][] Get(ReadOnlySpan<int> itemIndices, CancellationToken cancellationToken)
    {
        var lists = new ScoredItem[itemIndices.Length][];
        var missing = new List<int>();
        for (var i = 0; i < itemIndices.Length; i++)
        {
            if (_lists.TryGet(itemIndices[i], out var list))
            {
                lists[i] = list;
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
                _lists.AddOrUpdate(asked[i], found[i]);
            }
        }

        return lists;
    }
}
