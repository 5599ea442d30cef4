using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Metrics;
using RecSys.Algorithms.Ranking;

namespace RecSys.Trainer.Ranking;

/// <summary>Finds the weights with which the sources' ranks order the candidates best, by NDCG@10.</summary>
internal static class FusionFit
{
    private const int CutOff = 10;

    private static readonly float[] RankConstants = [2, 5, 10, 20, 60];
    private static readonly float[] Factors = [0, 0.25f, 0.5f, 0.8f, 1.25f, 2, 4];

    // Below this a better mean is taken for noise of the search.
    private const double LeastGain = 1e-5;

    /// <summary>Climbs from equal weights, one weight at a time, until none is better.</summary>
    /// <param name="examples">Users with all their candidates.</param>
    /// <param name="cancellationToken">Ends the search early.</param>
    public static FusionWeights Fit(IReadOnlyList<TrainingExamples> examples, CancellationToken cancellationToken)
    {
        var sources = Enum.GetValues<SourceKind>();
        var best = new FusionWeights(RankConstants[0], sources.ToDictionary(source => source, _ => 1f));
        var bestValue = double.NegativeInfinity;
        foreach (var constant in RankConstants)
        {
            var weights = new FusionWeights(constant, sources.ToDictionary(source => source, _ => 1f));
            var value = Measure(examples, weights);
            for (var improved = true; improved;)
            {
                improved = false;
                foreach (var source in sources)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    foreach (var factor in Factors)
                    {
                        // A weight of 0 can be left again.
                        var weight = weights[source] == 0 ? factor : weights[source] * factor;
                        var changed = new FusionWeights(
                            constant, sources.ToDictionary(other => other, other => other == source ? weight : weights[other]));
                        var changedValue = Measure(examples, changed);
                        if (changedValue > value + LeastGain)
                        {
                            (weights, value, improved) = (changed, changedValue, true);
                        }
                    }
                }
            }

            if (value > bestValue)
            {
                (best, bestValue) = (weights, value);
            }
        }

        return best;
    }

    /// <summary>The mean NDCG@10 over users, candidates in the order of the weights.</summary>
    public static double Measure(IReadOnlyList<TrainingExamples> examples, FusionWeights weights)
    {
        var values = new double[examples.Count];
        Parallel.For(0, values.Length, i =>
        {
            var (_, candidates, labels) = examples[i];
            var scores = new float[labels.Length];
            for (var c = 0; c < scores.Length; c++)
            {
                scores[c] = weights.Score(candidates[c].Votes);
            }

            values[i] = Ndcg(scores, labels);
        });
        return values.Average();
    }

    /// <summary>NDCG@10 of candidates in the order of their scores; equal scores keep the order of retrieval.</summary>
    public static double Ndcg(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels)
    {
        // A selection of the first ten by insertion: candidates are few and most scores are below the tenth.
        Span<int> first = stackalloc int[CutOff];
        var count = 0;
        var relevant = 0;
        for (var c = 0; c < scores.Length; c++)
        {
            relevant += labels[c] > 0 ? 1 : 0;
            var place = count;
            while (place > 0 && scores[c] > scores[first[place - 1]])
            {
                place--;
            }

            if (place == CutOff)
            {
                continue;
            }

            count = Math.Min(count + 1, CutOff);
            for (var p = count - 1; p > place; p--)
            {
                first[p] = first[p - 1];
            }

            first[place] = c;
        }

        Span<bool> hits = stackalloc bool[count];
        for (var p = 0; p < count; p++)
        {
            hits[p] = labels[first[p]] > 0;
        }

        return relevant == 0 ? 0 : RankingMetrics.Ndcg(hits, relevant, CutOff);
    }
}
