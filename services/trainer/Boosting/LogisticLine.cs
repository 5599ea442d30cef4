namespace RecSys.Trainer.Boosting;

/// <summary>Logistic regression on one value: P(label) = 1 / (1 + e^−(intercept + slope · value)), by Newton's method.</summary>
internal static class LogisticLine
{
    private const int MaxSteps = 100;
    private const double Tolerance = 1e-9;

    // A line is found however the labels lie: one that tells them apart entirely would be endlessly steep.
    private const double Ridge = 1e-3;

    /// <summary>The line under which the labels are most likely.</summary>
    /// <param name="values">One a row.</param>
    /// <param name="labels">1 or 0 a row.</param>
    public static (double Intercept, double Slope) Fit(ReadOnlySpan<double> values, ReadOnlySpan<float> labels)
    {
        // Values of any unit are fitted alike.
        var scale = 0.0;
        foreach (var value in values)
        {
            scale = Math.Max(scale, Math.Abs(value));
        }

        scale = scale > 0 ? scale : 1;
        var (intercept, slope) = (0.0, 0.0);
        for (var step = 0; step < MaxSteps; step++)
        {
            var (g0, g1) = (Ridge * intercept, Ridge * slope);
            var (h00, h01, h11) = (Ridge, 0.0, Ridge);
            for (var row = 0; row < values.Length; row++)
            {
                var value = values[row] / scale;
                var probability = 1 / (1 + Math.Exp(-(intercept + (slope * value))));
                var (error, weight) = (probability - labels[row], probability * (1 - probability));
                g0 += error;
                g1 += error * value;
                h00 += weight;
                h01 += weight * value;
                h11 += weight * value * value;
            }

            // A whole step may overshoot far from the optimum, where weights are near 0.
            var determinant = (h00 * h11) - (h01 * h01);
            var (by0, by1) = (((h11 * g0) - (h01 * g1)) / determinant, ((h00 * g1) - (h01 * g0)) / determinant);
            var part = Math.Min(1, 4 / Math.Max(Math.Abs(by0), Math.Abs(by1)));
            (intercept, slope) = (intercept - (part * by0), slope - (part * by1));
            if (Math.Max(Math.Abs(by0), Math.Abs(by1)) < Tolerance)
            {
                break;
            }
        }

        return (intercept, slope / scale);
    }
}
