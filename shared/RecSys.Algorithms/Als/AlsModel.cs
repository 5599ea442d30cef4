using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Als;

/// <summary>
/// Implicit-feedback matrix factorisation (Hu, Koren and Volinsky 2008; Rendle et al. 2021). A score is the product of a user's
/// and an item's vector: about 1 for what the user surely likes, about 0 for what nothing speaks for. Users and items without
/// interactions have zero vectors and no score; lists never hold such items.
/// </summary>
/// <remarks>Factors are determined up to a rotation; a fitted model is in the basis in which the items' Gram matrix is diagonal.</remarks>
public sealed class AlsModel : IRecommender, IBlockScorer, IProfileRecommender, ISimilarItems, IExplainer
{
    private readonly SparseMatrix? _interactions;
    private readonly Lazy<FoldIn> _foldIn;
    private readonly Lazy<FoldIn> _itemFoldIn;
    private readonly Lazy<FactorIndex> _index;
    private readonly Lazy<FactorIndex> _similarIndex;

    private AlsModel(
        FactorMatrix users, FactorMatrix items, AlsOptions options, SparseMatrix? interactions, IReadOnlyList<double> losses)
    {
        UserFactors = users;
        ItemFactors = items;
        Options = options;
        _interactions = interactions;
        Losses = losses;
        _foldIn = new Lazy<FoldIn>(() => new FoldIn(ItemFactors, Options));
        _itemFoldIn = new Lazy<FoldIn>(() => new FoldIn(UserFactors, Options));
        _index = new Lazy<FactorIndex>(() => new FactorIndex(ItemFactors, Options.ThreadCount));
        _similarIndex = new Lazy<FactorIndex>(() => new FactorIndex(FactorRanking.Normalize(ItemFactors), Options.ThreadCount));
    }

    /// <inheritdoc/>
    public string Name => "als";

    /// <inheritdoc/>
    public int UserCount => UserFactors.RowCount;

    /// <inheritdoc/>
    public int ItemCount => ItemFactors.RowCount;

    /// <summary>A vector per user; zero for a user without interactions.</summary>
    public FactorMatrix UserFactors { get; }

    /// <summary>A vector per item; zero for an item without interactions.</summary>
    public FactorMatrix ItemFactors { get; }

    /// <summary>What the model was fitted with; fold-in and explanations use it too.</summary>
    public AlsOptions Options { get; }

    /// <summary>The objective after each iteration, when it was computed.</summary>
    public IReadOnlyList<double> Losses { get; }

    /// <summary>Fits a model to interactions: rows are users, columns items, values zero or more.</summary>
    /// <param name="interactions">The interactions; kept for filtering and explaining.</param>
    /// <param name="options">How to fit.</param>
    /// <param name="start">Where to start instead of seeded random item factors.</param>
    /// <param name="progress">Called after every iteration, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the training with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="AlgorithmException">The input or a setting is not valid, or a system is singular.</exception>
    public static AlsModel Fit(
        SparseMatrix interactions,
        AlsOptions options,
        AlsStart? start = null,
        Action<AlsProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (interactions.CellCount == 0)
        {
            throw new AlgorithmException(
                AlgorithmError.EmptyMatrix, "There are no interactions to learn from; import listens before training.");
        }

        CheckWeights(interactions);
        CheckStart(start?.ItemFactors, "item", interactions.ColumnCount, options);
        CheckStart(start?.UserFactors, "user", interactions.RowCount, options);
        var items = start?.ItemFactors.Copy() ?? FactorInitialization.Create(interactions.ColumnCount, options);
        var users = start?.UserFactors?.Copy() ?? new FactorMatrix(interactions.RowCount, options.FactorCount);
        var losses = new AlsTrainer(interactions, options).Train(users, items, progress, cancellationToken);
        return new AlsModel(users, items, options, interactions, losses);
    }

    /// <summary>Makes a model of stored factors.</summary>
    /// <param name="userFactors">A row per user.</param>
    /// <param name="itemFactors">A row per item.</param>
    /// <param name="options">What the factors were fitted with; FactorCount is taken from the factors.</param>
    /// <param name="interactions">What the users have interacted with; null when seen items are denied by the caller.</param>
    public static AlsModel FromFactors(
        FactorMatrix userFactors, FactorMatrix itemFactors, AlsOptions options, SparseMatrix? interactions = null)
    {
        ArgumentNullException.ThrowIfNull(userFactors);
        ArgumentNullException.ThrowIfNull(itemFactors);
        ArgumentNullException.ThrowIfNull(options);
        options = options with { FactorCount = itemFactors.FactorCount };
        options.Validate();
        var sizesAgree = userFactors.FactorCount == itemFactors.FactorCount
            && (interactions is null
                || (interactions.RowCount == userFactors.RowCount && interactions.ColumnCount == itemFactors.RowCount));
        if (!sizesAgree)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"User factors are {userFactors.RowCount} × {userFactors.FactorCount}, item factors {itemFactors.RowCount} × "
                    + $"{itemFactors.FactorCount}; factor counts, and the sizes of the interactions, must agree. Load one model's files.");
        }

        return new AlsModel(userFactors, itemFactors, options, interactions, []);
    }

    /// <inheritdoc/>
    public void Score(int userIndex, Span<float> scores)
    {
        DenseRanking.CheckUser(userIndex, UserCount);
        FactorRanking.Score(_index.Value, UserFactors.Padded.Slice(userIndex * UserFactors.Stride, UserFactors.Stride), scores);
    }

    /// <summary>The score of one item for one user; negative infinity when the model knows nothing about either.</summary>
    public unsafe float Score(int userIndex, int itemIndex)
    {
        DenseRanking.CheckUser(userIndex, UserCount);
        DenseRanking.CheckItem(itemIndex, ItemCount);
        if (!UserFactors.Row(userIndex).ContainsAnyExcept(0f) || !ItemFactors.Row(itemIndex).ContainsAnyExcept(0f))
        {
            return float.NegativeInfinity;
        }

        var score = VectorKernel.Dot(UserFactors.RowPointer(userIndex), ItemFactors.RowPointer(itemIndex), ItemFactors.Stride);
        GC.KeepAlive(this);
        return score;
    }

    /// <inheritdoc/>
    public void ScoreBlock(ReadOnlySpan<int> userIndices, Span<float> scores)
    {
        FactorRanking.CheckScores(scores.Length, (long)userIndices.Length * ItemCount);
        foreach (var user in userIndices)
        {
            DenseRanking.CheckUser(user, UserCount);
        }

        FactorRanking.ScoreBlock(_index.Value, UserFactors, userIndices, scores);
    }

    /// <inheritdoc/>
    public ScoredItem[][] Recommend(ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(ItemCount);
        foreach (var user in userIndices)
        {
            DenseRanking.CheckUser(user, UserCount);
        }

        if (options.ExcludeSeen && _interactions is null)
        {
            throw new AlgorithmException(
                AlgorithmError.MissingData,
                "The model was loaded without its interactions; set ExcludeSeen to false or call RecommendForFactors with the seen items.");
        }

        return FactorRanking.Recommend(
            _index.Value, UserFactors, options.ExcludeSeen ? _interactions : null, userIndices, options, cancellationToken);
    }

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
        FactorRanking.Similar(_similarIndex.Value, itemIndices, k, Options.ThreadCount, cancellationToken);

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

    private static void CheckWeights(SparseMatrix interactions)
    {
        for (var row = 0; row < interactions.RowCount; row++)
        {
            foreach (var value in interactions.RowValues(row))
            {
                if (!(value >= 0) || float.IsInfinity(value))
                {
                    throw new AlgorithmException(
                        AlgorithmError.NegativeWeight,
                        $"User {row} has an interaction of weight {value}; implicit feedback must be finite and 0 or more.");
                }
            }
        }
    }

    private static void CheckStart(FactorMatrix? factors, string side, int rowCount, AlsOptions options)
    {
        if (factors is not null && (factors.RowCount != rowCount || factors.FactorCount != options.FactorCount))
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"The {side} factors to start from are {factors.RowCount} × {factors.FactorCount}, but {rowCount} × "
                    + $"{options.FactorCount} are needed; map them to this matrix's indices or leave them out.");
        }
    }
}
