namespace RecSys.Algorithms.Experiments;

/// <summary>A treatment against the control by Welch's t-test, which doesn't assume equal variances (Welch 1947).</summary>
/// <param name="Difference">Mean of the treatment less mean of the control.</param>
/// <param name="Low">Lower end of the difference's confidence interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="PValue">Probability of so large a difference, either way, if there were none.</param>
/// <param name="Confidence">Confidence of the interval.</param>
public sealed record WelchComparison(double Difference, double Low, double High, double PValue, double Confidence)
{
    /// <summary>Whether the interval excludes 0.</summary>
    public bool IsSignificant => PValue < 1 - Confidence;

    /// <summary>Compares two samples.</summary>
    /// <param name="control">The control's sample; at least two values.</param>
    /// <param name="treatment">The treatment's sample; at least two values.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <returns>The comparison; null when a sample is too small or neither varies, so that nothing can be said.</returns>
    public static WelchComparison? Compare(SampleSummary control, SampleSummary treatment, double confidence = 0.95)
    {
        var controlPart = control.Variance / control.Count;
        var treatmentPart = treatment.Variance / treatment.Count;
        if (control.Count < 2 || treatment.Count < 2 || controlPart + treatmentPart <= 0)
        {
            return null;
        }

        // Welch–Satterthwaite.
        var sum = controlPart + treatmentPart;
        var degrees = sum * sum
            / ((controlPart * controlPart / (control.Count - 1)) + (treatmentPart * treatmentPart / (treatment.Count - 1)));
        var difference = treatment.Mean - control.Mean;
        var halfWidth = StudentT.TwoSidedQuantile(confidence, degrees) * Math.Sqrt(sum);
        return new WelchComparison(
            difference,
            difference - halfWidth,
            difference + halfWidth,
            StudentT.TwoSidedTail(difference / Math.Sqrt(sum), degrees),
            confidence);
    }
}

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
