using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Als;

/// <content>What the model can do for profiles and items: fold-in, explanation, similarity.</content>
public sealed partial class AlsModel
{
    private readonly Lazy<FoldIn> _foldIn;
    private readonly Lazy<FoldIn> _itemFoldIn;
    private readonly Lazy<FactorIndex> _index;
    private readonly Lazy<FactorIndex> _similarIndex;

    /// <summary>The exact factors of a user with the given interactions, the items staying as they are.</summary>
    /// <param name="itemIndices">Distinct items.</param>
    /// <param name="weights">Their weights, zero or more.</param>
    /// <param name="factors">Receives FactorCount floats.</param>
    public void FoldInUser(ReadOnlySpan<int> itemIndices, ReadOnlySpan<float> weights, Span<float> factors) =>
        _foldIn.Value.Solve(itemIndices, weights, factors);

    /// <summary>The exact factors of an item with the given interactions, the users staying as they are.</summary>
    /// <param name="userIndices">Distinct users.</param>
    /// <param name="weights">Their weights, zero or more.</param>
    /// <param name="factors">Receives FactorCount floats.</param>
    public void FoldInItem(ReadOnlySpan<int> userIndices, ReadOnlySpan<float> weights, Span<float> factors) =>
        _itemFoldIn.Value.Solve(userIndices, weights, factors);

    /// <inheritdoc/>
    public void ScoreProfile(ReadOnlySpan<int> itemIndices, ReadOnlySpan<float> weights, Span<float> scores)
    {
        Span<float> padded = stackalloc float[ItemFactors.Stride];
        padded.Clear();
        FoldInUser(itemIndices, weights, padded[..ItemFactors.FactorCount]);
        FactorRanking.Score(_index.Value, padded, scores);
    }

    /// <inheritdoc/>
    public ScoredItem[] RecommendForProfile(ReadOnlySpan<int> itemIndices, ReadOnlySpan<float> weights, RecommendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Span<float> factors = stackalloc float[ItemFactors.FactorCount];
        FoldInUser(itemIndices, weights, factors);
        return RecommendForFactors(factors, itemIndices, options);
    }

    /// <summary>The best items for a vector of factors, such as one that <see cref="FoldInUser"/> gave.</summary>
    /// <param name="userFactors">FactorCount floats.</param>
    /// <param name="seenItems">Items to leave out when <see cref="RecommendOptions.ExcludeSeen"/> is on.</param>
    /// <param name="options">K and filters.</param>
    public ScoredItem[] RecommendForFactors(ReadOnlySpan<float> userFactors, ReadOnlySpan<int> seenItems, RecommendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return FactorRanking.RecommendOne(_index.Value, userFactors, seenItems, options);
    }

    /// <summary>Answers many vectors of factors at once as <see cref="RecommendForFactors"/> answers each.</summary>
    internal BatchSearch SearchMany(int k) => new(_index.Value, k);

    /// <summary>Cosine of the items' vectors.</summary>
    /// <inheritdoc/>
    public ScoredItem[][] SimilarItems(ReadOnlySpan<int> itemIndices, int k, CancellationToken cancellationToken = default) =>
        FactorRanking.Similar(_similarIndex.Value, itemIndices, k, cancellationToken);

    /// <summary>
    /// Contribution of a past item j to item i: y_iᵀ (α₀YᵀY + YᵀWY + λI)⁻¹ y_j · v_j (Hu et al. 2008, section 5); with Hu's
    /// objective v_j is the confidence. The user's vector is solved anew from the final item factors, so the sum may differ a
    /// little from <see cref="Score(int, int)"/>, whose user factors are half an iteration older.
    /// </summary>
    /// <inheritdoc/>
    public Explanation Explain(int userIndex, int itemIndex, int k)
    {
        DenseRanking.CheckUser(userIndex, UserCount);
        if (_interactions is null)
        {
            throw new AlgorithmException(
                AlgorithmError.MissingData, "The model was loaded without its interactions; call ExplainProfile with the user's own.");
        }

        return ExplainProfile(_interactions.RowColumns(userIndex), _interactions.RowValues(userIndex), itemIndex, k);
    }

    /// <summary>Explains one item's score for a profile; see <see cref="Explain"/>.</summary>
    public Explanation ExplainProfile(ReadOnlySpan<int> itemIndices, ReadOnlySpan<float> weights, int itemIndex, int k)
    {
        DenseRanking.CheckItem(itemIndex, ItemCount);
        if (k < 1)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"k is {k}; ask for at least 1 contribution.");
        }

        var contributions = _foldIn.Value.Explain(itemIndices, weights, itemIndex);
        var score = 0d;
        foreach (var contribution in contributions)
        {
            score += contribution.Contribution;
        }

        Array.Sort(contributions, (a, b) => a.Contribution != b.Contribution
            ? b.Contribution.CompareTo(a.Contribution)
            : a.ItemIndex.CompareTo(b.ItemIndex));
        return new Explanation((float)score, contributions.AsSpan(0, Math.Min(k, contributions.Length)).ToArray());
    }
}
