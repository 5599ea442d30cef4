using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Hybrid;

/// <summary>
/// Finds the weights of a hybrid on validation interactions by coordinate search. It starts from the best single model, tries
/// each weight in turn on a coarse grid, then in finer steps around the best value, until nothing improves.
/// </summary>
/// <remarks>
/// The score rows are computed once. Of each drawn user the scaled scores of the best items of every model are kept; trying a
/// weight then only ranks these few hundred items.
/// </remarks>
public static class BlendFitter
{
    private static readonly float[] FirstGrid = [0, 0.05f, 0.1f, 0.2f, 0.35f, 0.5f, 0.75f, 1, 1.5f, 2.5f];
    private static readonly float[] FinerSteps = [1.5f, 1.2f, 1.08f];

    // Smaller gains are noise of the drawn users, and no reason to add a model.
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

/// <summary>How blend weights are fitted; see <see cref="BlendFitter"/>.</summary>
public sealed record BlendOptions
{
    /// <summary>What is maximised: a metric with a cut-off that is a mean over users.</summary>
    public Metric Metric { get; init; } = new(MetricKind.Ndcg, 20);

    /// <summary>Users drawn from those with validation items; more is steadier and slower.</summary>
    public int MaxUsers { get; init; } = 4000;

    /// <summary>Best items of each model that may enter a blended list; a few times the metric's cut-off.</summary>
    public int CandidatesPerModel { get; init; } = 200;

    /// <summary>Seed of the draw.</summary>
    public int Seed { get; init; }

    /// <summary>Threads; 0 takes every core.</summary>
    public int ThreadCount { get; init; }

    internal void Validate()
    {
        if (Metric.CutOff < 1 || Metric.Kind is not (MetricKind.Recall or MetricKind.Precision or MetricKind.Map
            or MetricKind.Ndcg or MetricKind.HitRate or MetricKind.Mrr))
        {
            throw new AlgorithmException(
                AlgorithmError.InvalidSetting, $"A blend can't be fitted to {Metric}; take a mean over users with a cut-off, such as ndcg@20.");
        }

        if (MaxUsers < 1 || CandidatesPerModel < Metric.CutOff || ThreadCount < 0)
        {
            throw new AlgorithmException(
                AlgorithmError.InvalidSetting,
                $"MaxUsers must be 1 or more, CandidatesPerModel at least the cut-off {Metric.CutOff}, ThreadCount 0 or more.");
        }
    }
}
