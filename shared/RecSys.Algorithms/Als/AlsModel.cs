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
public sealed partial class AlsModel : IRecommender, IBlockScorer, IProfileRecommender, ISimilarItems, IExplainer
{
    private readonly SparseMatrix? _interactions;

    private AlsModel(
        FactorMatrix users, FactorMatrix items, AlsSettings settings, SparseMatrix? interactions, IReadOnlyList<double> losses)
    {
        UserFactors = users;
        ItemFactors = items;
        Settings = settings;
        _interactions = interactions;
        Losses = losses;
        _foldIn = new Lazy<FoldIn>(() => new FoldIn(ItemFactors, Settings));
        _itemFoldIn = new Lazy<FoldIn>(() => new FoldIn(UserFactors, Settings));
        _index = new Lazy<FactorIndex>(() => new FactorIndex(ItemFactors));
        _similarIndex = new Lazy<FactorIndex>(() => new FactorIndex(FactorRanking.Normalize(ItemFactors)));
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
    public AlsSettings Settings { get; }

    /// <summary>The objective after each iteration, when it was computed.</summary>
    public IReadOnlyList<double> Losses { get; }

    /// <summary>Fits a model to interactions: rows are users, columns items, values zero or more.</summary>
    /// <param name="interactions">The interactions; kept for filtering and explaining.</param>
    /// <param name="settings">Settings of the model.</param>
    /// <param name="start">Where to start instead of seeded random item factors.</param>
    /// <param name="progress">Called after every iteration, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the training with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="AlgorithmException">The input or a setting is not valid, or a system is singular.</exception>
    public static AlsModel Fit(
        SparseMatrix interactions,
        AlsSettings settings,
        AlsStart? start = null,
        Action<AlsProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(interactions);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        if (interactions.CellCount == 0)
        {
            throw new AlgorithmException(
                AlgorithmError.EmptyMatrix, "There are no interactions to learn from; import listens before training.");
        }

        CheckWeights(interactions);
        CheckStart(start?.ItemFactors, "item", interactions.ColumnCount, settings);
        CheckStart(start?.UserFactors, "user", interactions.RowCount, settings);
        var items = start?.ItemFactors.Copy() ?? FactorInitialization.Create(interactions.ColumnCount, settings);
        var users = start?.UserFactors?.Copy() ?? new FactorMatrix(interactions.RowCount, settings.FactorCount);
        var losses = new AlsTrainer(interactions, settings).Train(users, items, progress, cancellationToken);
        return new AlsModel(users, items, settings, interactions, losses);
    }

    /// <summary>Makes a model of stored factors.</summary>
    /// <param name="userFactors">A row per user.</param>
    /// <param name="itemFactors">A row per item.</param>
    /// <param name="settings">What the factors were fitted with; FactorCount is taken from the factors.</param>
    /// <param name="interactions">What the users have interacted with; null when seen items are denied by the caller.</param>
    public static AlsModel FromFactors(
        FactorMatrix userFactors, FactorMatrix itemFactors, AlsSettings settings, SparseMatrix? interactions = null)
    {
        ArgumentNullException.ThrowIfNull(userFactors);
        ArgumentNullException.ThrowIfNull(itemFactors);
        ArgumentNullException.ThrowIfNull(settings);
        settings = settings with { FactorCount = itemFactors.FactorCount };
        settings.Validate();
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

        return new AlsModel(userFactors, itemFactors, settings, interactions, []);
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

    private static void CheckStart(FactorMatrix? factors, string side, int rowCount, AlsSettings settings)
    {
        if (factors is not null && (factors.RowCount != rowCount || factors.FactorCount != settings.FactorCount))
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"The {side} factors to start from are {factors.RowCount} × {factors.FactorCount}, but {rowCount} × "
                    + $"{settings.FactorCount} are needed; map them to this matrix's indices or leave them out.");
        }
    }
}
