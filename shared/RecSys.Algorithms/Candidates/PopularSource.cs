namespace RecSys.Algorithms.Candidates;

/// <summary>Retrieves the tracks with the most listeners; with nobody's taste to go by, the best first guess.</summary>
internal static class PopularSource
{
    public static SourceList Retrieve(PopularItems popular, ItemSet denied, int count)
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
