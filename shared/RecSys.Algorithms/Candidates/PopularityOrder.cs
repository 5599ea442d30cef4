namespace RecSys.Algorithms.Candidates;

/// <summary>The whole catalogue by listeners, most first: who has heard all popular tracks still gets some.</summary>
public sealed class PopularityOrder
{
    private readonly int[] _items;
    private readonly long[] _listeners;

    private PopularityOrder(int[] items, long[] listeners) => (_items, _listeners) = (items, listeners);

    /// <summary>Number of items.</summary>
    public int Count => _items.Length;

    /// <summary>The item at a place, from 0.</summary>
    public int ItemAt(int place) => _items[place];

    /// <summary>Listeners of the item at a place.</summary>
    public long ListenersAt(int place) => _listeners[place];

    /// <summary>
    /// Begins with the published list and goes on with the items that it lacks, by the users who heard them in the model's
    /// data; ties by item index.
    /// </summary>
    /// <param name="published">The version's list of popular tracks, best first.</param>
    /// <param name="listenersByItem">Distinct users of every item in the model's data.</param>
    public static PopularityOrder From(IReadOnlyList<(int ItemIndex, long Listeners)> published, ReadOnlySpan<int> listenersByItem)
    {
        var items = new List<int>(listenersByItem.Length);
        var listeners = new List<long>(listenersByItem.Length);
        var listed = new bool[listenersByItem.Length];
        foreach (var (itemIndex, count) in published)
        {
            if (!listed[itemIndex])
            {
                listed[itemIndex] = true;
                items.Add(itemIndex);
                listeners.Add(count);
            }
        }
        var counts = listenersByItem.ToArray();
        foreach (var itemIndex in Enumerable.Range(0, counts.Length).Where(item => !listed[item]).OrderByDescending(item => counts[item]))
        {
            items.Add(itemIndex);
            listeners.Add(counts[itemIndex]);
        }
        return new PopularityOrder([.. items], [.. listeners]);
    }
}

/// <summary>Retrieves the tracks with the most listeners: the best guess while nothing is known of a user's taste.</summary>
internal static class PopularSource
{
    public static SourceList Retrieve(PopularityOrder popular, ItemSet denied, int count)
    {
        var hits = new List<SourceHit>(count);
        for (var place = 0; place < popular.Count && hits.Count < count; place++)
        {
            if (!denied.Contains(popular.ItemAt(place)))
            {
                hits.Add(new SourceHit(popular.ItemAt(place), popular.ListenersAt(place)));
            }
        }
        return new SourceList(SourceKind.Popular, hits);
    }
}
