namespace RecSys.Algorithms.Markov;

/// <summary>
/// What follows an item, in the order of a user's preference: the best candidates of a next-track model are scored anew by a
/// blend of their probability and the user's preference for them.
/// </summary>
/// <remarks>
/// score = (1 − w) · z(ln P) + w · z(preference); z takes off the mean of the candidates and divides by their deviation, so that
/// both sides weigh alike. A candidate that the preference model can't score never wins over one that it can.
/// </remarks>
public sealed class PreferenceReranker : INextTrackModel
{
    private readonly INextTrackModel _candidates;
    private readonly IRecommender _preference;
    private readonly int _candidateCount;
    private readonly double _preferenceWeight;
    private readonly PreferenceScores _scores;

    /// <summary>Combines two models of the same users and items.</summary>
    /// <param name="candidates">Proposes what may come next.</param>
    /// <param name="preference">Knows what users like.</param>
    /// <param name="candidateCount">How many candidates are scored anew; at least 1.</param>
    /// <param name="preferenceWeight">w: 0 leaves the candidates' order, 1 orders by preference alone.</param>
    /// <exception cref="AlgorithmException">A setting is out of range.</exception>
    public PreferenceReranker(INextTrackModel candidates, IRecommender preference, int candidateCount = 100, double preferenceWeight = 0.5)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(preference);
        if (candidateCount < 1)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"{candidateCount} candidates can't be ranked; give 1 or more.");
        }

        if (!(preferenceWeight is >= 0 and <= 1))
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"The preference weight is {preferenceWeight}; give a number from 0 to 1.");
        }

        _candidates = candidates;
        _preference = preference;
        _candidateCount = candidateCount;
        _preferenceWeight = preferenceWeight;
        _scores = new PreferenceScores(preference);
    }

    /// <inheritdoc/>
    public string Name => $"{_candidates.Name}+{_preference.Name}";

    /// <inheritdoc/>
    public ScoredItem[] RecommendNext(int userIndex, int itemIndex, RecommendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var candidates = _candidates.RecommendNext(userIndex, itemIndex, options with { K = Math.Max(_candidateCount, options.K) });
        var preferences = _scores.Of(userIndex);
        var probable = new double[candidates.Length];
        var preferred = new double[candidates.Length];
        for (var i = 0; i < candidates.Length; i++)
        {
            probable[i] = Math.Log(candidates[i].Score);
            preferred[i] = preferences[candidates[i].ItemIndex];
        }

        Standardize(probable);
        Standardize(preferred);
        return [.. candidates
            .Select((candidate, at) => candidate with { Score = Blend(probable[at], preferred[at]) })
            .OrderByDescending(candidate => candidate.Score)
            .ThenBy(candidate => candidate.ItemIndex)
            .Take(options.K)];
    }

    // In place; values that aren't finite stay the lowest of all.
    private static void Standardize(double[] values)
    {
        var finite = values.Where(double.IsFinite).ToArray();
        if (finite.Length == 0)
        {
            return;
        }

        var mean = finite.Average();
        var deviation = Math.Sqrt(finite.Average(value => (value - mean) * (value - mean)));
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = !double.IsFinite(values[i]) ? double.NegativeInfinity : deviation > 0 ? (values[i] - mean) / deviation : 0;
        }
    }

    // A weight of 0 takes its side out altogether: 0 · −∞ would not be a number.
    private float Blend(double probable, double preferred) =>
        _preferenceWeight == 0 ? (float)probable
        : _preferenceWeight == 1 ? (float)preferred
        : (float)(((1 - _preferenceWeight) * probable) + (_preferenceWeight * preferred));
}
