using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.NextTracks;

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

/// <summary>Finds how much preference counts in a <see cref="PreferenceReranker"/>, on pairs that its models have not seen.</summary>
public static class PreferenceWeightSearch
{
    private const int Steps = 20;

    /// <summary>The weight w in 0, 0.05, … 1 with the highest mean reciprocal rank; the smallest of those that are equally good.</summary>
    /// <param name="candidates">Proposes what may come next; fitted on pairs before <paramref name="validation"/>.</param>
    /// <param name="preference">Knows what users like; fitted on listens before them.</param>
    /// <param name="validation">Pairs that both should have predicted.</param>
    /// <param name="knownUsers">Which users the models know, one flag a user.</param>
    /// <param name="knownItems">Which items the models know, one flag an item.</param>
    /// <param name="candidateCount">How many candidates are scored anew; at least 1.</param>
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="AlgorithmException">Sizes don't agree, or no pair can be measured.</exception>
    public static double Find(
        INextTrackModel candidates,
        IRecommender preference,
        NextTrackPairs validation,
        ReadOnlySpan<bool> knownUsers,
        ReadOnlySpan<bool> knownItems,
        int candidateCount = 100,
        int threadCount = 0,
        CancellationToken cancellationToken = default)
    {
        var best = (Weight: 0.0, Mrr: double.NegativeInfinity);
        for (var step = 0; step <= Steps; step++)
        {
            var weight = (double)step / Steps;
            var model = new PreferenceReranker(candidates, preference, candidateCount, weight);
            var result = NextTrackEvaluator.Evaluate(
                model, validation, knownUsers, knownItems, threadCount: threadCount, cancellationToken: cancellationToken);
            if (result.Mrr > best.Mrr)
            {
                best = (weight, result.Mrr);
            }
        }

        return best.Weight;
    }
}
