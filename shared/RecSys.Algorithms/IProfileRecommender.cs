namespace RecSys.Algorithms;

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
