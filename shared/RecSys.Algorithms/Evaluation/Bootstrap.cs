namespace RecSys.Algorithms.Evaluation;

/// <summary>
/// Percentile bootstrap over users (Efron 1979): users are drawn with replacement, as many as there are, and the metric
/// is computed again; the interval spans the middle of what came out.
/// </summary>
public static class Bootstrap
{
    /// <summary>Intervals of several metrics, each the ratio Σ numerator / Σ denominator over users.</summary>
    /// <param name="numerators">Users × metrics, row by row.</param>
    /// <param name="denominators">Users × metrics, row by row; a mean over users has denominator 1.</param>
    /// <param name="metricCount">Number of metrics.</param>
    /// <param name="samples">How many times users are drawn; 1,000 is usual.</param>
    /// <param name="confidence">Share of the samples inside the interval, such as 0.95.</param>
    /// <param name="seed">Seed of the draws; the same seed gives the same intervals whatever the number of threads.</param>
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    /// <exception cref="AlgorithmException">The sizes don't agree, there is no user, or a setting is out of range.</exception>
    public static ConfidenceInterval[] Intervals(
        ReadOnlyMemory<float> numerators,
        ReadOnlyMemory<float> denominators,
        int metricCount,
        int samples = 1000,
        double confidence = 0.95,
        int seed = 0,
        int threadCount = 0)
    {
        if (samples < 2)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"{samples} bootstrap samples make no interval; take 2 or more, such as 1,000.");
        }

        if (!(confidence > 0 && confidence < 1))
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"The confidence is {confidence}; give a value between 0 and 1, such as 0.95.");
        }

        if (metricCount < 1 || numerators.Length != denominators.Length || numerators.Length % metricCount != 0 || numerators.IsEmpty)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, "Numerators and denominators need one value for each user and metric, and at least one user.");
        }

        var userCount = numerators.Length / metricCount;
        var values = new double[metricCount][];
        for (var metric = 0; metric < metricCount; metric++)
        {
            values[metric] = new double[samples];
        }

        WorkQueue.Run(samples, threadCount, default, (sample, _) =>
        {
            // Each sample has its own generator, so that the order in which threads take samples doesn't matter.
            var random = new SplitMix(seed, sample);
            var rows = numerators.Span;
            var weights = denominators.Span;
            var top = new double[metricCount];
            var bottom = new double[metricCount];
            for (var draw = 0; draw < userCount; draw++)
            {
                var offset = random.NextInt(userCount) * metricCount;
                for (var metric = 0; metric < metricCount; metric++)
                {
                    top[metric] += rows[offset + metric];
                    bottom[metric] += weights[offset + metric];
                }
            }

            for (var metric = 0; metric < metricCount; metric++)
            {
                values[metric][sample] = bottom[metric] > 0 ? top[metric] / bottom[metric] : 0;
            }
        });

        var tail = (1 - confidence) / 2;
        return [.. values.Select(v =>
        {
            Array.Sort(v);
            return new ConfidenceInterval(Quantile(v, tail), Quantile(v, 1 - tail));
        })];
    }

    // Linear interpolation between order statistics.
    private static double Quantile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}

/// <summary>An interval that holds the true value with a stated confidence.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct ConfidenceInterval(double Low, double High);
