using System.Numerics.Tensors;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.TopK;

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
        var sum = new float[index.FactorCount];
        var directions = Directions(index, seeds, halfLife, sum);
        return ListOf(index, index.Search(sum, denied, count), directions, seeds);
    }

    /// <summary>The lists of several users, as the other overload makes each.</summary>
    /// <param name="index">Knows how similar items are.</param>
    /// <param name="search">Its search for so many items.</param>
    /// <param name="profiles">At most <see cref="BatchSearch.MaxQueries"/>.</param>
    /// <param name="options">How many seeds, and their weights.</param>
    /// <param name="heard">What must not come back to each user index.</param>
    public static SourceList[] Retrieve(
        SimilarityIndex index, BatchSearch search, ReadOnlySpan<ListenerProfile> profiles, RetrievalOptions options, SparseMatrix heard)
    {
        var queries = new FactorMatrix(profiles.Length, index.FactorCount);
        var directions = new float[profiles.Length][][];
        var users = new int[profiles.Length];
        for (var i = 0; i < users.Length; i++)
        {
            users[i] = profiles[i].UserIndex;
            directions[i] = Directions(index, profiles[i].Latest(options.SimilarSeeds), options.SimilarHalfLife, queries.MutableRow(i));
        }

        var found = search.Find(queries, heard, users);
        var lists = new SourceList[users.Length];
        for (var i = 0; i < users.Length; i++)
        {
            lists[i] = ListOf(index, found[i], directions[i], profiles[i].Latest(options.SimilarSeeds));
        }

        return lists;
    }

    // Weighted once in the sum: the score is linear in the seeds, so one search through the items does for all of them.
    private static float[][] Directions(SimilarityIndex index, ReadOnlySpan<int> seeds, double halfLife, Span<float> sum)
    {
        var directions = new float[seeds.Length][];
        for (var age = 0; age < seeds.Length; age++)
        {
            var direction = directions[age] = new float[index.FactorCount];
            index.DirectionOf(seeds[age], direction);
            var weight = (float)double.Exp2(-age / halfLife);
            for (var k = 0; k < direction.Length; k++)
            {
                sum[k] += weight * direction[k];
            }
        }

        return directions;
    }

    private static SourceList ListOf(SimilarityIndex index, ScoredItem[] found, float[][] directions, ReadOnlySpan<int> seeds)
    {
        var hits = new List<SourceHit>(found.Length);
        foreach (var item in found)
        {
            if (item.Score <= 0)
            {
                break;
            }

            hits.Add(new SourceHit(item.ItemIndex, item.Score, Because(index, item.ItemIndex, directions, seeds)));
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

/// <summary>
/// Finds the items that resemble several others at once, in one exact search. Similarity is the cosine of the item
/// factors, shrunk by n / (n + shrinkage) where n is the item's listeners: the factors of an item that one person heard
/// point where that person's taste does, and such an item would be nearest to everything of that taste.
/// </summary>
public sealed class SimilarityIndex
{
    private readonly AlsModel _shrunk;

    /// <param name="als">The factors.</param>
    /// <param name="listenersByItem">Distinct users of each item.</param>
    /// <param name="shrinkage">Listeners at which an item's similarity counts half, 0 or more; 0 leaves the cosine as it is.</param>
    public SimilarityIndex(AlsModel als, ReadOnlySpan<int> listenersByItem, double shrinkage)
    {
        var factorCount = als.ItemFactors.FactorCount;
        var rows = new FactorMatrix(als.ItemCount, factorCount);
        for (var item = 0; item < als.ItemCount; item++)
        {
            var row = rows.MutableRow(item);
            Normalize(als.ItemFactors.Row(item), row);
            var trust = listenersByItem[item] / Math.Max(listenersByItem[item] + shrinkage, 1);
            TensorPrimitives.Multiply(row, (float)trust, row);
        }

        // A model without users: all that is asked of it is the search through its items.
        _shrunk = AlsModel.FromFactors(new FactorMatrix(0, factorCount), rows, als.Options);
    }

    /// <summary>Length of a direction.</summary>
    public int FactorCount => _shrunk.ItemFactors.FactorCount;

    /// <summary>The items with the largest product with a vector.</summary>
    public ScoredItem[] Search(ReadOnlySpan<float> direction, ItemSet denied, int count) =>
        _shrunk.RecommendForFactors(direction, seenItems: [], new RecommendOptions { K = count, ExcludeSeen = false, Denied = denied });

    /// <summary>Answers many directions at once as <see cref="Search"/> answers each.</summary>
    internal BatchSearch SearchMany(int count) => _shrunk.SearchMany(count);

    /// <summary>The similarity of an item to the item whose direction is given, times the direction's length.</summary>
    public float Similarity(int itemIndex, ReadOnlySpan<float> direction) =>
        TensorPrimitives.Dot(_shrunk.ItemFactors.Row(itemIndex), direction);

    /// <summary>The direction of an item: its factors scaled to length 1, or zeros when it has none.</summary>
    public void DirectionOf(int itemIndex, Span<float> direction) => Normalize(_shrunk.ItemFactors.Row(itemIndex), direction);

    private static void Normalize(ReadOnlySpan<float> factors, Span<float> destination)
    {
        var length = TensorPrimitives.Norm(factors);
        if (length > 0)
        {
            TensorPrimitives.Divide(factors, length, destination);
        }
        else
        {
            destination.Clear();
        }
    }
}
