using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Splits;

namespace RecSys.Algorithms.Markov;

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
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="AlgorithmException">Sizes don't agree, or no pair can be measured.</exception>
    public static double Find(
        INextTrackModel candidates,
        IRecommender preference,
        NextTrackPairs validation,
        ReadOnlySpan<bool> knownUsers,
        ReadOnlySpan<bool> knownItems,
        int candidateCount = 100,
        CancellationToken cancellationToken = default)
    {
        var best = (Weight: 0.0, Mrr: double.NegativeInfinity);
        for (var step = 0; step <= Steps; step++)
        {
            var weight = (double)step / Steps;
            var model = new PreferenceReranker(candidates, preference, candidateCount, weight);
            var result = NextTrackEvaluator.Evaluate(model, validation, knownUsers, knownItems, cancellationToken: cancellationToken);
            if (result.Mrr > best.Mrr)
            {
                best = (weight, result.Mrr);
            }
        }

        return best.Weight;
    }
}
