namespace RecSys.Algorithms;

/// <summary>
/// A fitted model that ranks items for the users it was fitted on. Implementations are immutable after fitting and may be
/// called from many threads at once.
/// </summary>
public interface IRecommender
{
    /// <summary>The model's name as on the command line, such as <c>als</c>.</summary>
    string Name { get; }

    /// <summary>Users of the fitted matrix; user indices are 0 … UserCount − 1.</summary>
    int UserCount { get; }

    /// <summary>Items of the fitted matrix; item indices are 0 … ItemCount − 1.</summary>
    int ItemCount { get; }

    /// <summary>
    /// Writes the score of every item for one user. Higher is better; <see cref="float.NegativeInfinity"/> stands for an item
    /// about which the model can say nothing.
    /// </summary>
    /// <param name="userIndex">The user.</param>
    /// <param name="scores">Receives the scores; its length is <see cref="ItemCount"/>.</param>
    void Score(int userIndex, Span<float> scores);

    /// <summary>
    /// The best items of each given user: score descending, ties by lower item index; never an item whose score is
    /// <see cref="float.NegativeInfinity"/> or not a number; fewer than k where fewer remain after the filters.
    /// </summary>
    ScoredItem[][] Recommend(ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default);
}

/// <summary>A model that can also rank for a profile it was not fitted on: a new user, or a user's listens of this minute.</summary>
public interface IProfileRecommender
{
    /// <summary>Writes the score of every item for a profile.</summary>
    /// <param name="itemIndices">The profile's distinct items.</param>
    /// <param name="weights">Their interaction weights, zero or more; as long as <paramref name="itemIndices"/>.</param>
    /// <param name="scores">Receives the scores; its length is the item count.</param>
    void ScoreProfile(ReadOnlySpan<int> itemIndices, ReadOnlySpan<float> weights, Span<float> scores);

    /// <summary>The best items for a profile, in the order of <see cref="IRecommender.Recommend"/>; the profile counts as seen.</summary>
    ScoredItem[] RecommendForProfile(ReadOnlySpan<int> itemIndices, ReadOnlySpan<float> weights, RecommendOptions options);
}

/// <summary>A model that knows which items resemble each other.</summary>
public interface ISimilarItems
{
    /// <summary>
    /// The items most similar to each given item, itself removed: similarity descending, ties by lower item index. An item
    /// the model knows nothing about has an empty list.
    /// </summary>
    /// <param name="itemIndices">The items asked about.</param>
    /// <param name="k">Length of each list, at least 1.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    ScoredItem[][] SimilarItems(ReadOnlySpan<int> itemIndices, int k, CancellationToken cancellationToken = default);
}

/// <summary>A model that writes the scores of several users at once faster than one after the other.</summary>
public interface IBlockScorer
{
    /// <summary>
    /// Writes the score of every item for each given user, as <see cref="IRecommender.Score"/> does for one. Works on the
    /// calling thread only, so that callers can give each of their threads its own block.
    /// </summary>
    /// <param name="userIndices">The users of the block; see <see cref="BlockScoring.UsersPerBlock"/>.</param>
    /// <param name="scores">Receives users × items, row by row.</param>
    void ScoreBlock(ReadOnlySpan<int> userIndices, Span<float> scores);
}

/// <summary>Blocks of score rows from any model.</summary>
public static class BlockScoring
{
    // Beyond this many floats a block leaves the cache that its rows should be in when they are ranked.
    private const int BlockFloats = 1 << 22;

    /// <summary>How many users a thread should ask for at once: 8 to 64, fewer for larger catalogues.</summary>
    public static int UsersPerBlock(int itemCount) => Math.Clamp(BlockFloats / Math.Max(1, itemCount), 8, 64);

    /// <summary>Writes users × items scores, row by row, by the model's own block method where it has one.</summary>
    public static void ScoreRows(this IRecommender model, ReadOnlySpan<int> userIndices, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model is IBlockScorer block)
        {
            block.ScoreBlock(userIndices, scores);
            return;
        }

        for (var i = 0; i < userIndices.Length; i++)
        {
            model.Score(userIndices[i], scores.Slice(i * model.ItemCount, model.ItemCount));
        }
    }
}

/// <summary>An item of the catalogue with the score that a model gave it; what a score means is the model's to document.</summary>
public readonly record struct ScoredItem(int ItemIndex, float Score);

/// <summary>A model that can split a score into contributions of the user's past items.</summary>
public interface IExplainer
{
    /// <summary>Explains one item's score for one user of the fitted matrix.</summary>
    /// <param name="userIndex">The user.</param>
    /// <param name="itemIndex">The item to explain.</param>
    /// <param name="k">How many contributions to return, at least 1; the score always sums all of them.</param>
    Explanation Explain(int userIndex, int itemIndex, int k);
}

/// <summary>Why an item got its score: the contributions of the user's past items, largest first.</summary>
/// <param name="Score">The sum of all contributions, also of those that were cut off.</param>
/// <param name="Contributions">The largest contributions, descending.</param>
public sealed record Explanation(float Score, IReadOnlyList<ItemContribution> Contributions);

/// <summary>One past item's share of a score.</summary>
/// <param name="ItemIndex">The past item.</param>
/// <param name="Contribution">Its additive share of the score; may be negative.</param>
/// <param name="Confidence">The weight that the model gave the past interaction.</param>
public readonly record struct ItemContribution(int ItemIndex, float Contribution, float Confidence);

/// <summary>How many items to recommend, and which never.</summary>
public sealed record RecommendOptions
{
    /// <summary>Length of each list; at least 1. More than the catalogue is allowed and gives what there is.</summary>
    public int K { get; init; } = 10;

    /// <summary>Leave out the items of the user's fitted (or given) interactions.</summary>
    public bool ExcludeSeen { get; init; } = true;

    /// <summary>Only these items, when not null.</summary>
    public ItemSet? Allowed { get; init; }

    /// <summary>Never these items.</summary>
    public ItemSet? Denied { get; init; }

    /// <summary>Threads for calls about many users; 0 takes every core.</summary>
    public int ThreadCount { get; init; }

    /// <summary>Throws when a value is outside its range or an item set belongs to another catalogue.</summary>
    public void Validate(int itemCount)
    {
        if (K < 1)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"K is {K}; ask for at least 1 item.");
        }

        if (ThreadCount < 0)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"ThreadCount is {ThreadCount}; give 0 for every core, or more.");
        }

        ValidateSet(Allowed, nameof(Allowed), itemCount);
        ValidateSet(Denied, nameof(Denied), itemCount);
    }

    private static void ValidateSet(ItemSet? set, string name, int itemCount)
    {
        if (set is not null && set.ItemCount != itemCount)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"{name} was made for {set.ItemCount} items but the model has {itemCount}; make the set with the model's item count.");
        }
    }
}
