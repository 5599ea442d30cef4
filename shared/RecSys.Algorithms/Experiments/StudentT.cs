namespace RecSys.Algorithms.Experiments;

/// <summary>Student's t distribution.</summary>
internal static class StudentT
{
    /// <summary>P(|T| &gt; |t|).</summary>
    public static double TwoSidedTail(double t, double degrees) =>
        SpecialFunctions.RegularizedBeta(degrees / (degrees + (t * t)), degrees / 2, 0.5);

    /// <summary>The t with P(|T| ≤ t) = confidence, by bisection.</summary>
    /// <exception cref="AlgorithmException">The confidence isn't between 0 and 1.</exception>
    public static double TwoSidedQuantile(double confidence, double degrees)
    {
        if (!(confidence > 0 && confidence < 1))
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"The confidence is {confidence}; give a value between 0 and 1, such as 0.95.");
        }

        var low = 0.0;
        var high = 1.0;
        while (TwoSidedTail(high, degrees) > 1 - confidence)
        {
            high *= 2;
        }

        while (high - low > 1e-12 * high)
        {
            var middle = (low + high) / 2;
            if (middle == low || middle == high)
            {
                break;
            }

            if (TwoSidedTail(middle, degrees) > 1 - confidence)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return (low + high) / 2;
    }
}
