namespace RecSys.Serving.Slates;

/// <summary>Keeps one artist from filling a slate.</summary>
internal static class DiversityGuard
{
    /// <summary>
    /// The best tracks with at most <paramref name="maxPerArtist"/> of one artist. Where that leaves the slate short, the
    /// best of the tracks that were passed over fill it: the guard decides who gets in before whom, never shortens a slate
    /// and never changes the order of those that are in. Tracks without an artist's name are not limited.
    /// </summary>
    /// <param name="ranked">Best first.</param>
    /// <param name="slateSize">Tracks wanted.</param>
    /// <param name="maxPerArtist">At least 1.</param>
    /// <param name="artistOf">A track's artist; empty when unknown.</param>
    public static IReadOnlyList<SlateTrack> Choose(
        IReadOnlyList<SlateTrack> ranked, int slateSize, int maxPerArtist, Func<string, string> artistOf)
    {
        var places = new List<int>(slateSize);
        var passedOver = new List<int>();
        var tracksOf = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var place = 0; place < ranked.Count && places.Count < slateSize; place++)
        {
            var artist = artistOf(ranked[place].TrackId);
            if (artist.Length > 0)
            {
                var count = tracksOf.GetValueOrDefault(artist);
                if (count >= maxPerArtist)
                {
                    passedOver.Add(place);
                    continue;
                }

                tracksOf[artist] = count + 1;
            }

            places.Add(place);
        }

        places.AddRange(passedOver.Take(slateSize - places.Count));
        places.Sort();
        return [.. places.Select(place => ranked[place])];
    }
}
