using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.ItemModels;

/// <summary>
/// What item neighbours and linear item models share: every item of a profile speaks for or against the candidates with a weight of
/// its own, however often it was played, and the score of a candidate is the sum. They differ in how the weights are learned and kept.
/// </summary>
public abstract class ItemWeightModel : IRecommender, IProfileRecommender, ISimilarItems, IExplainer
{
    private protected ItemWeightModel(SparseMatrix train) => Train = train;

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public int UserCount => Train.RowCount;

    /// <inheritdoc/>
    public int ItemCount => Train.ColumnCount;

    /// <summary>Users × items that the model was fitted to.</summary>
    private protected SparseMatrix Train { get; }

    /// <inheritdoc/>
    public void Score(int userIndex, Span<float> scores)
    {
        DenseRanking.CheckUser(userIndex, UserCount);
        AddUp(Train.RowColumns(userIndex), scores);
    }

    /// <inheritdoc/>
    public virtual ScoredItem[][] Recommend(
        ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default) =>
        DenseRanking.Recommend(this, Train, userIndices, options, cancellationToken);

    /// <inheritdoc/>
    public void ScoreProfile(ReadOnlySpan<int> itemIndices, ReadOnlySpan<float> weights, Span<float> scores)
    {
        foreach (var item in itemIndices)
        {
            DenseRanking.CheckItem(item, ItemCount);
        }

        AddUp(itemIndices, scores);
    }

    /// <inheritdoc/>
    public ScoredItem[] RecommendForProfile(ReadOnlySpan<int> itemIndices, ReadOnlySpan<float> weights, RecommendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(ItemCount);
        var scores = new float[ItemCount];
        ScoreProfile(itemIndices, weights, scores);
        return DenseRanking.Select(scores, options, options.ExcludeSeen ? itemIndices : []);
    }

    /// <summary>The candidates that each item speaks for most.</summary>
    /// <inheritdoc/>
    public ScoredItem[][] SimilarItems(ReadOnlySpan<int> itemIndices, int k, CancellationToken cancellationToken = default)
    {
        new RecommendOptions { K = k }.Validate(ItemCount);
        var lists = new ScoredItem[itemIndices.Length][];
        for (var i = 0; i < lists.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DenseRanking.CheckItem(itemIndices[i], ItemCount);
            var best = new TopKBuffer(Math.Min(k, ItemCount));
            Offer(itemIndices[i], best);
            lists[i] = best.ToSortedArray();
        }

        return lists;
    }

    /// <inheritdoc/>
    public Explanation Explain(int userIndex, int itemIndex, int k)
    {
        DenseRanking.CheckUser(userIndex, UserCount);
        DenseRanking.CheckItem(itemIndex, ItemCount);
        new RecommendOptions { K = k }.Validate(ItemCount);
        var contributions = new List<ItemContribution>();
        var score = 0f;
        foreach (var item in Train.RowColumns(userIndex))
        {
            var weight = Weight(item, itemIndex);
            if (weight != 0)
            {
                contributions.Add(new ItemContribution(item, weight, 1));
                score += weight;
            }
        }

        return new Explanation(score, [.. contributions.OrderByDescending(c => c.Contribution).Take(k)]);
    }

    /// <summary>Writes the sum of the profile's weights for every candidate; negative infinity where the model can't say.</summary>
    private protected abstract void AddUp(ReadOnlySpan<int> profile, Span<float> scores);

    /// <summary>How much an item speaks for a candidate; 0 when it doesn't.</summary>
    private protected abstract float Weight(int item, int candidate);

    /// <summary>Offers the candidates that an item speaks for, those of positive weight.</summary>
    private protected abstract void Offer(int item, TopKBuffer best);
}
