using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Neighbors;

/// <summary>
/// Item-item neighbours (Sarwar et al. 2001; Deshpande and Karypis 2004): the score of a candidate is the sum of its
/// similarities to the items of the user's profile, each counted once however often it was played.
/// </summary>
public sealed class ItemNeighborModel : ItemWeightModel
{
    private ItemNeighborModel(SparseMatrix train, NeighborTable neighbors, ItemNeighborOptions options)
        : base(train)
    {
        Neighbors = neighbors;
        Options = options;
    }

    /// <inheritdoc/>
    public override string Name => "item-knn";

    /// <summary>The settings the model was fitted with.</summary>
    public ItemNeighborOptions Options { get; }

    /// <summary>For each profile item the candidates it speaks for, with their similarities.</summary>
    public NeighborTable Neighbors { get; }

    /// <summary>Computes the similarities of all pairs of items that share a user.</summary>
    /// <param name="train">Users × items.</param>
    /// <param name="options">Weights and limits; null for the cosine of counts over all neighbours.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="AlgorithmException">No cells, a setting out of range, or more neighbours than the memory limit holds.</exception>
    public static ItemNeighborModel Fit(SparseMatrix train, ItemNeighborOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        options ??= new ItemNeighborOptions();
        options.Validate();
        if (train.CellCount == 0)
        {
            throw new AlgorithmException(AlgorithmError.EmptyMatrix, "There is no interaction to compare items by; import or submit listens first.");
        }

        var cells = PairLimit.Sample(ColumnLimit.Keep(ItemCells.Weigh(train, options), options.MaxItems), options.MaxPairs, options.Seed);
        var byItem = cells.Transpose();
        var squaredLengths = new double[byItem.RowCount];
        for (var item = 0; item < squaredLengths.Length; item++)
        {
            foreach (var value in byItem.RowValues(item))
            {
                squaredLengths[item] += (double)value * value;
            }
        }

        var neighbors = NeighborSearch.Run(
            byItem,
            cells,
            new NeighborQuery
            {
                InnerWeights = UserWeights.Of(train, options.UserExponent),
                RowFactors = Powers(squaredLengths, -options.ProfileExponent),
                NeighborFactors = Powers(squaredLengths, -options.CandidateExponent),
                Shrinkage = options.Shrinkage,
                NeighborCount = options.NeighborCount,
                MemoryLimitBytes = options.MemoryLimitBytes,
                ThreadCount = options.ThreadCount,
            },
            cancellationToken);
        return new ItemNeighborModel(train, neighbors, options);
    }

    /// <summary>Makes a model of stored neighbours.</summary>
    /// <param name="train">What the model was fitted to.</param>
    /// <param name="neighbors">Its <see cref="Neighbors"/>.</param>
    /// <param name="options">What it was fitted with; null for the defaults.</param>
    /// <exception cref="AlgorithmException">The neighbours are not those of the items.</exception>
    public static ItemNeighborModel FromNeighbors(SparseMatrix train, NeighborTable neighbors, ItemNeighborOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(neighbors);
        return neighbors.RowCount == train.ColumnCount
            ? new ItemNeighborModel(train, neighbors, options ?? new ItemNeighborOptions())
            : throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"There are neighbours of {neighbors.RowCount} items for {train.ColumnCount}. Load one model's files.");
    }

    /// <inheritdoc/>
    public override ScoredItem[][] Recommend(
        ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (Options.ScoreUnrelated)
        {
            return base.Recommend(userIndices, options, cancellationToken);
        }

        // Few items resemble something in a profile: looking at the whole catalogue for each user would take most of the time.
        options.Validate(ItemCount);
        return DenseRanking.ForEach(
            this,
            userIndices,
            options,
            () => new SparseScores(ItemCount),
            (user, scores) =>
            {
                var profile = Train.RowColumns(user);
                foreach (var item in profile)
                {
                    scores.Add(Neighbors.Neighbors(item), Neighbors.Similarities(item));
                }

                return scores.Take(options, options.ExcludeSeen ? profile : []);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    private protected override float Weight(int item, int candidate) => Neighbors.Similarity(item, candidate);

    /// <inheritdoc/>
    private protected override void Offer(int item, TopKBuffer best)
    {
        var neighbors = Neighbors.Neighbors(item);
        var similarities = Neighbors.Similarities(item);
        for (var n = 0; n < neighbors.Length; n++)
        {
            if (similarities[n] > best.Threshold)
            {
                best.Add(neighbors[n], similarities[n]);
            }
        }
    }

    /// <inheritdoc/>
    private protected override void AddUp(ReadOnlySpan<int> profile, Span<float> scores)
    {
        scores.Clear();
        foreach (var item in profile)
        {
            var neighbors = Neighbors.Neighbors(item);
            var similarities = Neighbors.Similarities(item);
            for (var n = 0; n < neighbors.Length; n++)
            {
                scores[neighbors[n]] += similarities[n];
            }
        }

        if (Options.ScoreUnrelated)
        {
            return;
        }

        // Similarities are above 0, so a sum of 0 means that no profile item spoke for the candidate.
        for (var item = 0; item < scores.Length; item++)
        {
            if (scores[item] == 0)
            {
                scores[item] = float.NegativeInfinity;
            }
        }
    }

    private static double[] Powers(double[] values, double exponent) =>
        Array.ConvertAll(values, value => value > 0 ? Math.Pow(value, exponent) : 0);
}
