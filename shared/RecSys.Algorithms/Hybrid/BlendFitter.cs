using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Hybrid;

/// <summary>
/// Finds the weights of a hybrid on validation interactions by coordinate search: from the best single model, each weight in
/// turn is tried on a widening grid, then on ever finer steps around what was best, until nothing improves.
/// </summary>
/// <remarks>
/// The score rows are computed once. Of each drawn user the scaled scores of the best items of every model are kept; trying a
/// weight then only ranks these few hundred items.
/// </remarks>
public static class BlendFitter
{
    private static readonly float[] FirstGrid = [0, 0.05f, 0.1f, 0.2f, 0.35f, 0.5f, 0.75f, 1, 1.5f, 2.5f];
    private static readonly float[] FinerSteps = [1.5f, 1.2f, 1.08f];

    // A larger blend must earn its place: smaller gains than this are noise of the drawn users.
    private const double LeastGain = 1e-5;

    /// <summary>Fits weights.</summary>
    /// <param name="models">Fitted models of the same users and items.</param>
    /// <param name="train">What they were fitted on; it isn't ranked.</param>
    /// <param name="validation">What they should have predicted.</param>
    /// <param name="options">Metric and sizes.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="AlgorithmException">Sizes don't agree, there is no model or no new validation item, or a setting is out of range.</exception>
    public static BlendResult Fit(
        IReadOnlyList<IRecommender> models,
        SparseMatrix train,
        SparseMatrix validation,
        BlendOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        options ??= new BlendOptions();
        options.Validate();
        var sample = BlendSample.Draw(models, train, validation, options, cancellationToken);
        var singles = new double[models.Count];
        for (var m = 0; m < models.Count; m++)
        {
            var alone = new float[models.Count];
            alone[m] = 1;
            singles[m] = sample.Measure(alone, options.Metric);
        }

        var weights = new float[models.Count];
        weights[Array.IndexOf(singles, singles.Max())] = 1;
        var best = singles.Max();
        best = Improve(sample, options, weights, best, (_, __) => FirstGrid, cancellationToken);
        foreach (var step in FinerSteps)
        {
            best = Improve(sample, options, weights, best, (_, weight) => [weight / step, weight * step], cancellationToken);
        }

        var largest = weights.Max();
        return new BlendResult(Array.ConvertAll(weights, w => w / largest), best, singles, sample.UserCount);
    }

    // Goes over the weights until a whole round brings nothing.
    private static double Improve(
        BlendSample sample,
        BlendOptions options,
        float[] weights,
        double best,
        Func<int, float, float[]> proposals,
        CancellationToken cancellationToken)
    {
        const int MaxRounds = 6;
        for (var round = 0; round < MaxRounds; round++)
        {
            var improved = false;
            for (var m = 0; m < weights.Length; m++)
            {
                var chosen = weights[m];
                foreach (var proposal in proposals(m, chosen))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    weights[m] = proposal;
                    var value = weights.Any(w => w > 0) ? sample.Measure(weights, options.Metric) : 0;
                    if (value > best + LeastGain)
                    {
                        best = value;
                        chosen = proposal;
                        improved = true;
                    }
                }

                weights[m] = chosen;
            }

            if (!improved)
            {
                break;
            }
        }

        return best;
    }
}

/// <summary>Fitted blend weights.</summary>
/// <param name="Weights">One weight a model; the largest is 1.</param>
/// <param name="Value">The metric of the blend on the drawn validation users.</param>
/// <param name="SingleValues">The metric of each model alone on the same users.</param>
/// <param name="Users">How many users were drawn.</param>
public sealed record BlendResult(IReadOnlyList<float> Weights, double Value, IReadOnlyList<double> SingleValues, int Users);
