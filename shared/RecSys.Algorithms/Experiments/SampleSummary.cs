namespace RecSys.Algorithms.Experiments;

/// <summary>What is needed of a sample to judge its mean.</summary>
/// <param name="Count">Number of values.</param>
/// <param name="Mean">Their mean; 0 when there is none.</param>
/// <param name="Variance">Their unbiased variance; 0 for fewer than two.</param>
public readonly record struct SampleSummary(long Count, double Mean, double Variance)
{
    /// <summary>Standard error of the mean.</summary>
    public double StandardError => Count > 0 ? Math.Sqrt(Variance / Count) : 0;

    /// <summary>Summarises values in one pass (Welford 1962).</summary>
    /// <exception cref="AlgorithmException">A value isn't a finite number.</exception>
    public static SampleSummary Of(IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        long count = 0;
        double mean = 0;
        double squares = 0;
        foreach (var value in values)
        {
            if (!double.IsFinite(value))
            {
                throw new AlgorithmException(AlgorithmError.NotANumber, $"Value {count} of the sample is {value}; leave out what isn't a finite number.");
            }

            count++;
            var delta = value - mean;
            mean += delta / count;
            squares += delta * (value - mean);
        }

        return new SampleSummary(count, mean, count > 1 ? squares / (count - 1) : 0);
    }

    /// <summary>Half the width of the mean's confidence interval by Student's t; infinite for fewer than two values.</summary>
    /// <param name="confidence">Between 0 and 1.</param>
    public double HalfWidth(double confidence = 0.95) =>
        Count < 2 ? double.PositiveInfinity : StudentT.TwoSidedQuantile(confidence, Count - 1) * StandardError;
}
