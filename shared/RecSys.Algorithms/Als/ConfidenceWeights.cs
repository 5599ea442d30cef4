namespace RecSys.Algorithms.Als;

/// <summary>The weights w of a row's interactions; the confidence of Hu et al. 2008 is c = 1 + w.</summary>
internal static class ConfidenceWeights
{
    /// <summary>Writes w for each weight r of one row.</summary>
    public static void Compute(ReadOnlySpan<float> values, AlsConfidence confidence, float alpha, Span<float> weights)
    {
        switch (confidence)
        {
            case AlsConfidence.Uniform:
                weights[..values.Length].Fill(alpha);
                break;
            case AlsConfidence.Linear:
                for (var i = 0; i < values.Length; i++)
                {
                    weights[i] = alpha * values[i];
                }

                break;
            default:
                // alpha · ln(1 + r / c0), c0 = max(1, mean of the row).
                var sum = 0d;
                foreach (var value in values)
                {
                    sum += value;
                }

                var scale = (float)(1 / Math.Max(1, sum / values.Length));
                for (var i = 0; i < values.Length; i++)
                {
                    weights[i] = alpha * MathF.Log(1 + (values[i] * scale));
                }

                break;
        }
    }
}
