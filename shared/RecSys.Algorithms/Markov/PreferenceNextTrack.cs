using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Markov;

/// <summary>A preference model asked for the next track: the same list whatever plays now.</summary>
public sealed class PreferenceNextTrack : INextTrackModel
{
    private readonly IRecommender _preference;
    private readonly PreferenceScores _scores;

    // The list is the same for all of a user's pairs, which come one after the other.
    private readonly ThreadLocal<(int User, RecommendOptions? Options, ScoredItem[] List)> _last = new(() => (-1, null, []));

    /// <summary>Wraps a model.</summary>
    public PreferenceNextTrack(IRecommender preference)
    {
        ArgumentNullException.ThrowIfNull(preference);
        _preference = preference;
        _scores = new PreferenceScores(preference);
    }

    /// <inheritdoc/>
    public string Name => _preference.Name;

    /// <inheritdoc/>
    public ScoredItem[] RecommendNext(int userIndex, int itemIndex, RecommendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (user, lastOptions, list) = _last.Value;
        if (user != userIndex || !ReferenceEquals(options, lastOptions))
        {
            list = options.ExcludeSeen
                ? _preference.Recommend([userIndex], options)[0]
                : DenseRanking.Select(_scores.Of(userIndex).ToArray(), options, []);
            _last.Value = (userIndex, options, list);
        }

        return [.. list];
    }
}
