namespace RecSys.Algorithms;

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
