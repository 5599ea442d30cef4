using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Als;

/// <summary>
/// What all rows of one side share while the other side is fixed: the fixed factors Y, in a basis in which their Gram matrix is
/// diagonal, its eigenvalues, and the options.
/// </summary>
/// <remarks>
/// A row's system is (D + Yᵀ W Y) x = Yᵀ v over the row's interactions, with D = α₀Λ + λI diagonal. For Hu's objective α₀ = 1 and
/// v = 1 + w; for Rendle's v = w.
/// </remarks>
internal sealed class HalfStep
{
    /// <summary>Single-precision rounding of a Gram matrix against its largest eigenvalue.</summary>
    private const double RelativeNoise = 1e-7;

    public HalfStep(FactorMatrix source, ReadOnlySpan<double> eigenvalues, AlsOptions options)
    {
        Source = source;
        Options = options;
        Spectrum = new AlignedBuffer(source.Stride);
        var unobserved = options.UnobservedWeight ?? 1;
        var largest = 0d;
        foreach (var eigenvalue in eigenvalues)
        {
            largest = Math.Max(largest, eigenvalue);
        }

        for (var k = 0; k < eigenvalues.Length; k++)
        {
            // An eigenvalue this small is rounding: the fixed side has nothing in that direction.
            Spectrum.Span[k] = eigenvalues[k] > RelativeNoise * largest ? (float)(unobserved * eigenvalues[k]) : 0;
        }
    }

    /// <summary>The fixed side.</summary>
    public FactorMatrix Source { get; }

    /// <summary>α₀Λ, padded with zeros.</summary>
    public AlignedBuffer Spectrum { get; }

    public AlsOptions Options { get; }

    /// <summary>What a row's right-hand side adds to w: 1 for Hu's objective, 0 for Rendle's.</summary>
    public float TargetOffset => Options.UnobservedWeight is null ? 1 : 0;

    /// <summary>λ of a row with so many interactions.</summary>
    public float RowRegularization(int interactions) => RowRegularization(Options, interactions, Source.RowCount);

    /// <summary>λ · (interactions + α₀ · rows of the other side)^ν.</summary>
    public static float RowRegularization(AlsOptions options, int interactions, int otherSide) =>
        options.RegularizationExponent == 0
            ? options.Regularization
            : (float)(options.Regularization
                * Math.Pow(interactions + ((options.UnobservedWeight ?? 1) * (double)otherSide), options.RegularizationExponent));
}

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
