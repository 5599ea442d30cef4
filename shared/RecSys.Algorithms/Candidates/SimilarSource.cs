namespace RecSys.Algorithms.Candidates;

/// <summary>Retrieves what resembles the tracks that the user heard last.</summary>
internal static class SimilarSource
{
    /// <summary>
    /// score(i) = sum over seeds s of 2^(-age(s) / halfLife) · similarity(s, i), where age is the seed's place in
    /// <paramref name="seeds"/> from 0. An item near two seeds comes before one that is as near to only one of them; the
    /// nearest seed, however long ago, is the one named as the reason.
    /// </summary>
    /// <param name="index">Knows how similar items are.</param>
    /// <param name="seeds">Distinct items heard, the latest first.</param>
    /// <param name="halfLife">Seeds by which the weight has halved, above 0.</param>
    /// <param name="denied">Items that must not come back.</param>
    /// <param name="count">At most so many.</param>
    public static SourceList Retrieve(SimilarityIndex index, ReadOnlySpan<int> seeds, double halfLife, ItemSet denied, int count)
    {
        var directions = new float[seeds.Length][];
        var sum = new float[index.FactorCount];
        for (var age = 0; age < seeds.Length; age++)
        {
            // Weighted once here: the score is linear in the seeds, so one search through the items does for all of them.
            var direction = directions[age] = new float[index.FactorCount];
            index.DirectionOf(seeds[age], direction);
            var weight = (float)double.Exp2(-age / halfLife);
            for (var k = 0; k < direction.Length; k++)
            {
                sum[k] += weight * direction[k];
            }
        }

        var hits = new List<SourceHit>(count);
        foreach (var found in index.Search(sum, denied, count))
        {
            if (found.Score <= 0)
            {
                break;
            }

            hits.Add(new SourceHit(found.ItemIndex, found.Score, Because(index, found.ItemIndex, directions, seeds)));
        }

        return new SourceList(SourceKind.Similar, hits);
    }

    private static int Because(SimilarityIndex index, int itemIndex, float[][] directions, ReadOnlySpan<int> seeds)
    {
        var most = float.NegativeInfinity;
        var because = SourceHit.NoItem;
        for (var age = 0; age < directions.Length; age++)
        {
            var similarity = index.Similarity(itemIndex, directions[age]);
            if (similarity > most)
            {
                most = similarity;
                because = seeds[age];
            }
        }

        return because;
    }
}
