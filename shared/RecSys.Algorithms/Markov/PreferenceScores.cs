namespace RecSys.Algorithms.Markov;

/// <summary>The last user's score row on each thread: next-track questions come user by user.</summary>
internal sealed class PreferenceScores(IRecommender model)
{
    private readonly ThreadLocal<(int User, float[] Scores)> _last = new(() => (-1, new float[model.ItemCount]));

    public ReadOnlySpan<float> Of(int userIndex)
    {
        var (user, scores) = _last.Value;
        if (user != userIndex)
        {
            model.Score(userIndex, scores);
            _last.Value = (userIndex, scores);
        }

        return scores;
    }
}
