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
