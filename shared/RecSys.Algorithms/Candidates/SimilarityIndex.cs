using System.Numerics.Tensors;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Candidates;

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
        _shrunk = AlsModel.FromFactors(new FactorMatrix(0, factorCount), rows, als.Settings);
    }

    /// <summary>Length of a direction.</summary>
    public int FactorCount => _shrunk.ItemFactors.FactorCount;

    /// <summary>The items with the largest product with a vector.</summary>
    public ScoredItem[] Search(ReadOnlySpan<float> direction, ItemSet denied, int count) =>
        _shrunk.RecommendForFactors(direction, seenItems: [], new RecommendOptions { K = count, ExcludeSeen = false, Denied = denied });

    /// <summary>Answers many directions at once as <see cref="Search"/> answers each.</summary>
    internal BatchSearch SearchMany(int count) => _shrunk.SearchMany(count);

    /// <summary>The similarity of an item to the item of a direction; of a direction times a weight, the similarity times it.</summary>
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
