using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Neighbors;

/// <summary>
/// User-user neighbours: with Z the users' cells less their own mean (0 where there is no cell) and S the cosines between the
/// rows of Z with a zero diagonal, the scores are S · Z. Exact over all neighbours unless only the best are kept.
/// </summary>
/// <remarks>
/// A score says how much more than usual for them the user's likes spent on the item; it may be negative, and is 0 for an item
/// that no neighbour heard. A user whose cells are all equal resembles nobody.
/// </remarks>
public sealed class UserNeighborModel : IRecommender
{
    private readonly SparseMatrix _seen;
    private readonly SparseMatrix _deviations;
    private readonly bool _scoreUnrelated;

    private UserNeighborModel(SparseMatrix seen, SparseMatrix deviations, NeighborTable neighbors, bool scoreUnrelated)
    {
        _scoreUnrelated = scoreUnrelated;
        _seen = seen;
        _deviations = deviations;
        Neighbors = neighbors;
    }

    /// <inheritdoc/>
    public string Name => "user-knn";

    /// <inheritdoc/>
    public int UserCount => _seen.RowCount;

    /// <inheritdoc/>
    public int ItemCount => _seen.ColumnCount;

    /// <summary>The cosines.</summary>
    public NeighborTable Neighbors { get; }

    /// <summary>Fits on interaction weights.</summary>
    /// <param name="train">Users × items.</param>
    /// <param name="options">Settings; null for all neighbours of centred cells.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="AlgorithmException">No cells, a setting out of range, or more neighbours than the memory limit holds.</exception>
    public static UserNeighborModel Fit(SparseMatrix train, UserNeighborOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        options ??= new UserNeighborOptions();
        return FitDeviations(train, options.Center ? Center(train) : train, options, cancellationToken);
    }

    /// <summary>Fits on shares of listened tracks, normalised by each user's mean; see <see cref="ListenedShares"/>.</summary>
    public static UserNeighborModel Fit(ListenedShares shares, UserNeighborOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shares);
        return FitDeviations(shares.Listened, shares.Deviations, options ?? new UserNeighborOptions(), cancellationToken);
    }

    /// <summary>Makes a model of stored neighbours that was fitted on interaction weights.</summary>
    /// <param name="train">What the model was fitted to.</param>
    /// <param name="neighbors">Its <see cref="Neighbors"/>.</param>
    /// <param name="options">What it was fitted with; null for the defaults.</param>
    /// <exception cref="AlgorithmException">The neighbours are not those of the users.</exception>
    public static UserNeighborModel FromNeighbors(SparseMatrix train, NeighborTable neighbors, UserNeighborOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(neighbors);
        options ??= new UserNeighborOptions();
        return neighbors.RowCount == train.RowCount
            ? new UserNeighborModel(train, options.Center ? Center(train) : train, neighbors, options.ScoreUnrelated)
            : throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"There are neighbours of {neighbors.RowCount} users for {train.RowCount}. Load one model's files.");
    }

    /// <summary>Counts positive and negative neighbours.</summary>
    public UserNeighborStatistics Statistics()
    {
        long positive = 0;
        long negative = 0;
        var alone = 0;
        var smallest = 0f;
        var largest = 0f;
        for (var user = 0; user < UserCount; user++)
        {
            var similarities = Neighbors.Similarities(user);
            alone += similarities.IsEmpty ? 1 : 0;
            foreach (var similarity in similarities)
            {
                positive += similarity > 0 ? 1 : 0;
                negative += similarity < 0 ? 1 : 0;
                smallest = Math.Min(smallest, similarity);
                largest = Math.Max(largest, similarity);
            }
        }

        return new UserNeighborStatistics((double)positive / UserCount, (double)negative / UserCount, alone, smallest, largest);
    }

    /// <inheritdoc/>
    public void Score(int userIndex, Span<float> scores)
    {
        DenseRanking.CheckUser(userIndex, UserCount);
        var neighbors = Neighbors.Neighbors(userIndex);
        var similarities = Neighbors.Similarities(userIndex);
        if (neighbors.IsEmpty && !_scoreUnrelated)
        {
            scores.Fill(float.NegativeInfinity);
            return;
        }

        scores.Clear();
        for (var n = 0; n < neighbors.Length; n++)
        {
            var similarity = similarities[n];
            var items = _deviations.RowColumns(neighbors[n]);
            var deviations = _deviations.RowValues(neighbors[n]);
            for (var i = 0; i < items.Length; i++)
            {
                scores[items[i]] += similarity * deviations[i];
            }
        }
    }

    /// <inheritdoc/>
    public ScoredItem[][] Recommend(ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default) =>
        DenseRanking.Recommend(this, _seen, userIndices, options, cancellationToken);

    private static UserNeighborModel FitDeviations(
        SparseMatrix seen, SparseMatrix deviations, UserNeighborOptions options, CancellationToken cancellationToken)
    {
        options.Validate();
        if (seen.CellCount == 0)
        {
            throw new AlgorithmException(AlgorithmError.EmptyMatrix, "There is no interaction to compare users by; import or submit listens first.");
        }

        var byItem = deviations.Transpose();
        var sample = PairLimit.Sample(byItem, options.MaxPairs, options.Seed);
        var compared = ReferenceEquals(sample, byItem) ? deviations : sample.Transpose();
        var factors = new double[deviations.RowCount];
        for (var user = 0; user < factors.Length; user++)
        {
            var squared = 0.0;
            foreach (var value in compared.RowValues(user))
            {
                squared += (double)value * value;
            }

            factors[user] = squared > 0 ? 1 / Math.Sqrt(squared) : 0;
        }

        var neighbors = NeighborSearch.Run(
            compared,
            sample,
            new NeighborQuery
            {
                RowFactors = factors,
                NeighborFactors = factors,
                NeighborCount = options.NeighborCount,
                MemoryLimitBytes = options.MemoryLimitBytes,
                ThreadCount = options.ThreadCount,
            },
            cancellationToken);
        return new UserNeighborModel(seen, deviations, neighbors, options.ScoreUnrelated);
    }

    private static SparseMatrix Center(SparseMatrix train)
    {
        var means = new double[train.RowCount];
        for (var user = 0; user < means.Length; user++)
        {
            var sum = 0.0;
            foreach (var value in train.RowValues(user))
            {
                sum += value;
            }

            means[user] = sum / Math.Max(1, train.RowLength(user));
        }

        return train.MapValues((user, _, value) => Deviation.WithoutRounding(value - means[user], means[user]));
    }
}

/// <summary>How users resemble each other. A pair counts once for each of its two users.</summary>
/// <param name="MeanPositiveNeighbors">Mean number of users with a similarity above 0.</param>
/// <param name="MeanNegativeNeighbors">Mean number of users with a similarity below 0.</param>
/// <param name="UsersWithoutNeighbors">Users that resemble nobody, in either direction.</param>
/// <param name="Smallest">The smallest similarity; 0 when there is none.</param>
/// <param name="Largest">The largest similarity; 0 when there is none.</param>
public sealed record UserNeighborStatistics(
    double MeanPositiveNeighbors, double MeanNegativeNeighbors, int UsersWithoutNeighbors, double Smallest, double Largest);

/// <summary>Settings of <see cref="UserNeighborModel"/>.</summary>
public sealed record UserNeighborOptions
{
    /// <summary>
    /// Whether the mean of a user's cells is taken off each of them first, so that a cell says more or less than usual for
    /// this user.
    /// </summary>
    public bool Center { get; init; } = true;

    /// <summary>Neighbours kept of each user, the most similar above 0; 0 keeps all, also those below 0.</summary>
    public int NeighborCount { get; init; }

    /// <summary>
    /// Whether a user who resembles nobody gets the score 0 for every item, as the textbook definition has it. By default
    /// such a user has no scores and nothing is recommended.
    /// </summary>
    public bool ScoreUnrelated { get; init; }

    /// <summary>More bytes of neighbours than this are an error; 8 bytes each.</summary>
    public long MemoryLimitBytes { get; init; } = 4L << 30;

    /// <summary>
    /// Pairs of users of one item that are looked at, of all items together; where there are more, a sample of the listeners of the
    /// most popular items (<see cref="PairLimit"/>). Time grows with them. No limit by default.
    /// </summary>
    public double MaxPairs { get; init; } = double.PositiveInfinity;

    /// <summary>Seed of that sample.</summary>
    public int Seed { get; init; }

    /// <summary>Threads; 0 takes every core.</summary>
    public int ThreadCount { get; init; }

    internal void Validate()
    {
        if (NeighborCount < 0 || ThreadCount < 0 || MemoryLimitBytes < 1 || !(MaxPairs > 0))
        {
            throw new AlgorithmException(
                AlgorithmError.InvalidSetting, "NeighborCount and ThreadCount must be 0 or more, MemoryLimitBytes and MaxPairs above 0.");
        }
    }
}
