using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.TopK;

/// <summary>
/// Ranking for models that can write all of a user's scores at once: one score row a thread, filtered and selected, never the
/// full score matrix.
/// </summary>
public static class DenseRanking
{
    /// <summary>Ranks many users in parallel; see <see cref="IRecommender.Recommend"/>.</summary>
    /// <param name="model">The model whose <see cref="IRecommender.Score"/> is asked for each user.</param>
    /// <param name="seen">Rows are users; what <see cref="RecommendOptions.ExcludeSeen"/> leaves out. May be null when it is false.</param>
    /// <param name="userIndices">The users to rank for.</param>
    /// <param name="options">K and filters.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static ScoredItem[][] Recommend(
        IRecommender model,
        SparseMatrix? seen,
        ReadOnlySpan<int> userIndices,
        RecommendOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(model.ItemCount);
        if (options.ExcludeSeen && seen is null)
        {
            throw new AlgorithmException(
                AlgorithmError.MissingData,
                $"Model {model.Name} was loaded without its interactions; set ExcludeSeen to false or deny the seen items.");
        }

        return ForEach(
            model,
            userIndices,
            options,
            () => new float[model.ItemCount],
            (user, scores) =>
            {
                model.Score(user, scores);
                return Select(scores, options, options.ExcludeSeen ? seen!.RowColumns(user) : []);
            },
            cancellationToken);
    }

    /// <summary>Makes the list of each of many users, on several threads.</summary>
    /// <param name="model">Whose users they are.</param>
    /// <param name="userIndices">The users to rank for.</param>
    /// <param name="options">How many threads; the rest is for <paramref name="rank"/> to look at.</param>
    /// <param name="createScores">Makes what a thread keeps from one user to the next.</param>
    /// <param name="rank">Makes the list of a user.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    internal static ScoredItem[][] ForEach<TScores>(
        IRecommender model,
        ReadOnlySpan<int> userIndices,
        RecommendOptions options,
        Func<TScores> createScores,
        Func<int, TScores, ScoredItem[]> rank,
        CancellationToken cancellationToken)
        where TScores : class
    {
        var users = userIndices.ToArray();
        foreach (var user in users)
        {
            CheckUser(user, model.UserCount);
        }

        var lists = new ScoredItem[users.Length][];
        WorkQueue.Run(users.Length, options.ThreadCount, cancellationToken, createScores, (i, scores) => lists[i] = rank(users[i], scores));
        return lists;
    }

    /// <summary>The best k of one score row after the filters. Overwrites the scores of seen items.</summary>
    /// <param name="scores">A score per item.</param>
    /// <param name="options">K and filters; <see cref="RecommendOptions.ExcludeSeen"/> is what <paramref name="seen"/> says.</param>
    /// <param name="seen">Items to leave out.</param>
    public static ScoredItem[] Select(Span<float> scores, RecommendOptions options, ReadOnlySpan<int> seen)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var item in seen)
        {
            scores[item] = float.NegativeInfinity;
        }

        var best = new TopKBuffer(Math.Min(options.K, scores.Length));
        for (var item = 0; item < scores.Length; item++)
        {
            var score = scores[item];
            if (score > best.Threshold
                && (options.Allowed is null || options.Allowed.Contains(item))
                && (options.Denied is null || !options.Denied.Contains(item)))
            {
                best.Add(item, score);
            }
        }

        return best.ToSortedArray();
    }

    internal static void CheckUser(int userIndex, int userCount)
    {
        if ((uint)userIndex >= (uint)userCount)
        {
            throw new AlgorithmException(
                AlgorithmError.IndexOutOfRange,
                $"User {userIndex} is not in 0 … {userCount - 1}; a user the model was not fitted on needs a profile (RecommendForProfile).");
        }
    }

    internal static void CheckItem(int itemIndex, int itemCount)
    {
        if ((uint)itemIndex >= (uint)itemCount)
        {
            throw new AlgorithmException(
                AlgorithmError.IndexOutOfRange, $"Item {itemIndex} is not in 0 … {itemCount - 1}; the model does not know it.");
        }
    }
}

/// <summary>Adds up scores above 0 of the few items of a catalogue that something speaks for, and ranks these alone.</summary>
internal sealed class SparseScores(int itemCount)
{
    private readonly float[] _scores = new float[itemCount];
    private int[] _touched = new int[256];
    private int _count;

    /// <summary>Adds to the scores of items, each above 0.</summary>
    public void Add(ReadOnlySpan<int> items, ReadOnlySpan<float> scores)
    {
        if (_touched.Length < _count + items.Length)
        {
            Array.Resize(ref _touched, Math.Max(2 * _touched.Length, _count + items.Length));
        }

        for (var i = 0; i < items.Length; i++)
        {
            // Without a branch, which would be predicted wrongly as often as not.
            _touched[_count] = items[i];
            _count += _scores[items[i]] == 0 ? 1 : 0;
            _scores[items[i]] += scores[i];
        }
    }

    /// <summary>The best items after the filters; all is forgotten, to serve another user.</summary>
    /// <param name="options">K and filters; <see cref="RecommendOptions.ExcludeSeen"/> is what <paramref name="seen"/> says.</param>
    /// <param name="seen">Items to leave out, ascending.</param>
    public ScoredItem[] Take(RecommendOptions options, ReadOnlySpan<int> seen)
    {
        var best = new TopKBuffer(Math.Min(options.K, _scores.Length));
        var filter = new CandidateFilter(options, seen);
        foreach (var item in _touched.AsSpan(0, _count))
        {
            var score = _scores[item];
            _scores[item] = 0;
            if (score >= best.Threshold && score > 0 && filter.Passes(item))
            {
                best.Add(item, score);
            }
        }

        _count = 0;
        return best.ToSortedArray();
    }
}
