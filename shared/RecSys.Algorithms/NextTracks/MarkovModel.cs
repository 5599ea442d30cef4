using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.NextTracks;

/// <summary>
/// First-order Markov chain over tracks with Dirichlet smoothing towards the popular ones:
/// P(j | i) = (n_ij + μ · p(j)) / (n_i + μ), n_ij the number of times j followed i, n_i their sum and p(j) the share of item j in
/// the plays of the most popular items. An item that nothing followed is answered by p alone.
/// </summary>
/// <remarks>As a recommender for users it continues from the last item of each; a user without any is answered by p.</remarks>
public sealed class MarkovModel : IRecommender, INextTrackModel
{
    private readonly SparseMatrix _transitions;
    private readonly double[] _transitionSums;
    private readonly SparseMatrix _seen;
    private readonly int[] _lastItems;
    private readonly int[] _backoffItems;
    private readonly double[] _backoffShares;

    private MarkovModel(
        SparseMatrix transitions, SparseMatrix seen, int[] lastItems, int[] backoffItems, double[] backoffShares, MarkovOptions options)
    {
        _transitions = transitions;
        _seen = seen;
        _lastItems = lastItems;
        _backoffItems = backoffItems;
        _backoffShares = backoffShares;
        Options = options;
        _transitionSums = new double[transitions.RowCount];
        for (var item = 0; item < _transitionSums.Length; item++)
        {
            foreach (var count in transitions.RowValues(item))
            {
                _transitionSums[item] += count;
            }
        }
    }

    /// <inheritdoc cref="IRecommender.Name"/>
    public string Name => "markov";

    /// <inheritdoc/>
    public int UserCount => _lastItems.Length;

    /// <inheritdoc/>
    public int ItemCount => _transitions.ColumnCount;

    /// <summary>The settings the model was fitted with.</summary>
    public MarkovOptions Options { get; }

    /// <summary>How often each item (column) followed each item (row).</summary>
    public SparseMatrix Transitions => _transitions;

    /// <summary>Counts transitions.</summary>
    /// <param name="pairs">Train pairs.</param>
    /// <param name="options">Smoothing and back-off; null for the defaults.</param>
    /// <param name="popularity">
    /// Plays of each item, from which the back-off is made; null counts how often an item stands in the pairs, on either side.
    /// </param>
    /// <param name="seen">What users have heard, users × items; null takes the items of their pairs.</param>
    /// <exception cref="AlgorithmException">There are no pairs, sizes don't agree, or a setting is out of range.</exception>
    public static MarkovModel Fit(
        NextTrackPairs pairs, MarkovOptions? options = null, ReadOnlySpan<float> popularity = default, SparseMatrix? seen = null)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        options ??= new MarkovOptions();
        options.Validate();
        if (pairs.Count == 0)
        {
            throw new AlgorithmException(
                AlgorithmError.EmptyMatrix, "There are no next-track pairs to learn from; use a log with sessions of two listens or more.");
        }

        if ((!popularity.IsEmpty && popularity.Length != pairs.ItemCount)
            || (seen is not null && (seen.RowCount != pairs.UserCount || seen.ColumnCount != pairs.ItemCount)))
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"Popularity and seen items must have the {pairs.ItemCount} items and {pairs.UserCount} users of the pairs.");
        }

        var ones = new float[pairs.Count];
        Array.Fill(ones, 1);
        var transitions = SparseMatrix.FromTriples(pairs.ItemCount, pairs.ItemCount, pairs.ItemIndices, pairs.NextItemIndices, ones);
        seen ??= SeenIn(pairs, ones);
        var (items, shares) = Backoff(popularity.IsEmpty ? CountItems(pairs) : popularity, options.BackoffCount);
        return new MarkovModel(transitions, seen, LastItems(pairs), items, shares, options);
    }

    /// <summary>P(next | current), 0…1.</summary>
    public double Probability(int itemIndex, int nextItemIndex)
    {
        DenseRanking.CheckItem(itemIndex, ItemCount);
        DenseRanking.CheckItem(nextItemIndex, ItemCount);
        var backoff = Array.BinarySearch(_backoffItems, nextItemIndex);
        return Probability(itemIndex, _transitions[itemIndex, nextItemIndex], backoff < 0 ? 0 : _backoffShares[backoff]);
    }

    /// <summary>The items the model can recommend: those of its transitions and of the back-off.</summary>
    public ItemSet Universe()
    {
        var items = new HashSet<int>(_backoffItems);
        for (var item = 0; item < ItemCount; item++)
        {
            var next = _transitions.RowColumns(item);
            if (!next.IsEmpty)
            {
                items.Add(item);
                foreach (var other in next)
                {
                    items.Add(other);
                }
            }
        }

        return new ItemSet(ItemCount, [.. items]);
    }

    /// <inheritdoc/>
    public ScoredItem[] RecommendNext(int userIndex, int itemIndex, RecommendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(ItemCount);
        DenseRanking.CheckUser(userIndex, UserCount);
        DenseRanking.CheckItem(itemIndex, ItemCount);
        return Rank(userIndex, itemIndex, options);
    }

    /// <inheritdoc/>
    public void Score(int userIndex, Span<float> scores)
    {
        DenseRanking.CheckUser(userIndex, UserCount);
        var target = scores[..ItemCount];
        target.Fill(float.NegativeInfinity);
        var row = new NextItems(this, _lastItems[userIndex]);
        while (row.MoveNext(out var item, out var probability))
        {
            target[item] = probability;
        }
    }

    /// <inheritdoc/>
    public ScoredItem[][] Recommend(ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(ItemCount);
        var lists = new ScoredItem[userIndices.Length][];
        for (var i = 0; i < lists.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DenseRanking.CheckUser(userIndices[i], UserCount);
            lists[i] = Rank(userIndices[i], _lastItems[userIndices[i]], options);
        }

        return lists;
    }

    private static SparseMatrix SeenIn(NextTrackPairs pairs, float[] ones)
    {
        var seen = new SparseMatrixBuilder(pairs.UserCount, pairs.ItemCount);
        var users = pairs.UserIndices.ToArray();
        seen.Add(users, pairs.ItemIndices.ToArray(), ones);
        seen.Add(users, pairs.NextItemIndices.ToArray(), ones);
        return seen.Build();
    }

    private static float[] CountItems(NextTrackPairs pairs)
    {
        var counts = new float[pairs.ItemCount];
        for (var pair = 0; pair < pairs.Count; pair++)
        {
            counts[pairs.ItemIndices[pair]]++;
            counts[pairs.NextItemIndices[pair]]++;
        }

        return counts;
    }

    private static (int[] Items, double[] Shares) Backoff(ReadOnlySpan<float> popularity, int count)
    {
        var plays = popularity.ToArray();
        var items = Enumerable.Range(0, plays.Length)
            .Where(item => plays[item] > 0)
            .OrderByDescending(item => plays[item])
            .Take(count)
            .Order()
            .ToArray();
        var total = items.Sum(item => (double)plays[item]);
        return (items, Array.ConvertAll(items, item => plays[item] / total));
    }

    // The item of each user's latest pair; −1 for a user without pairs.
    private static int[] LastItems(NextTrackPairs pairs)
    {
        var last = new int[pairs.UserCount];
        Array.Fill(last, -1);
        var latest = new long[pairs.UserCount];
        for (var pair = 0; pair < pairs.Count; pair++)
        {
            var user = pairs.UserIndices[pair];
            if (last[user] < 0 || pairs.Times[pair] >= latest[user])
            {
                last[user] = pairs.NextItemIndices[pair];
                latest[user] = pairs.Times[pair];
            }
        }

        return last;
    }

    private double Probability(int itemIndex, double count, double backoffShare)
    {
        var sum = itemIndex < 0 ? 0 : _transitionSums[itemIndex];
        return sum == 0
            ? backoffShare
            : (count + (Options.Smoothing * backoffShare)) / (sum + (_backoffItems.Length == 0 ? 0 : Options.Smoothing));
    }

    private ScoredItem[] Rank(int userIndex, int itemIndex, RecommendOptions options)
    {
        var seen = options.ExcludeSeen ? _seen.RowColumns(userIndex) : [];
        var best = new TopKBuffer(Math.Min(options.K, ItemCount));
        var row = new NextItems(this, itemIndex);
        while (row.MoveNext(out var item, out var probability))
        {
            if (probability > best.Threshold
                && seen.BinarySearch(item) < 0
                && (options.Allowed is null || options.Allowed.Contains(item))
                && (options.Denied is null || !options.Denied.Contains(item)))
            {
                best.Add(item, probability);
            }
        }

        return best.ToSortedArray();
    }

    // Merges an item's transitions with the back-off, both ascending, leaving out what has no probability.
    private ref struct NextItems(MarkovModel model, int itemIndex)
    {
        private readonly ReadOnlySpan<int> _next = itemIndex < 0 ? [] : model._transitions.RowColumns(itemIndex);
        private readonly ReadOnlySpan<float> _counts = itemIndex < 0 ? [] : model._transitions.RowValues(itemIndex);
        private int _atNext;
        private int _atBackoff;

        public bool MoveNext(out int item, out float probability)
        {
            var backoff = model._backoffItems;
            while (_atNext < _next.Length || _atBackoff < backoff.Length)
            {
                var fromNext = _atNext < _next.Length ? _next[_atNext] : int.MaxValue;
                var fromBackoff = _atBackoff < backoff.Length ? backoff[_atBackoff] : int.MaxValue;
                item = Math.Min(fromNext, fromBackoff);
                var count = fromNext == item ? _counts[_atNext++] : 0;
                var share = fromBackoff == item ? model._backoffShares[_atBackoff++] : 0;
                probability = (float)model.Probability(itemIndex, count, share);
                if (probability > 0)
                {
                    return true;
                }
            }

            item = -1;
            probability = 0;
            return false;
        }
    }
}

/// <summary>A model that ranks what a user may want right after an item.</summary>
public interface INextTrackModel
{
    /// <summary>The model's name.</summary>
    string Name { get; }

    /// <summary>The best next items: score descending, ties by lower item index; the current item may be among them.</summary>
    /// <param name="userIndex">The user.</param>
    /// <param name="itemIndex">The item that plays now.</param>
    /// <param name="options">K and filters.</param>
    ScoredItem[] RecommendNext(int userIndex, int itemIndex, RecommendOptions options);
}

/// <summary>Settings of <see cref="MarkovModel"/>.</summary>
public sealed record MarkovOptions
{
    /// <summary>
    /// μ, the weight of the back-off in transitions: an item that was followed μ times gets half of its probabilities from its
    /// own transitions and half from the popular items. 0 switches the back-off off for items with transitions.
    /// </summary>
    public double Smoothing { get; init; } = 5;

    /// <summary>How many of the most popular items the back-off knows; 0 for none.</summary>
    public int BackoffCount { get; init; } = 200;

    internal void Validate()
    {
        if (!(Smoothing >= 0 && double.IsFinite(Smoothing)))
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"Smoothing is {Smoothing}; give a number of 0 or more, such as 5.");
        }

        if (BackoffCount < 0)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"BackoffCount is {BackoffCount}; give 0 or more, such as 200.");
        }
    }
}
