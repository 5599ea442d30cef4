using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.Als;

/// <summary>
/// What all rows of one side share while the other side is fixed: the fixed factors Y, in a basis in which their Gram matrix is
/// diagonal, its eigenvalues, and the settings.
/// </summary>
/// <remarks>
/// A row's system is (D + Yᵀ W Y) x = Yᵀ v over the row's interactions, with D = α₀Λ + λI diagonal. For Hu's objective α₀ = 1 and
/// v = 1 + w; for Rendle's v = w.
/// </remarks>
internal sealed class HalfStep
{
    /// <summary>Single-precision rounding of a Gram matrix against its largest eigenvalue.</summary>
    private const double RelativeNoise = 1e-7;

    public HalfStep(FactorMatrix source, ReadOnlySpan<double> eigenvalues, AlsSettings settings)
    {
        Source = source;
        Settings = settings;
        Spectrum = new AlignedBuffer(source.Stride);
        var unobserved = settings.UnobservedWeight ?? 1;
        var largest = 0d;
        foreach (var eigenvalue in eigenvalues)
        {
            largest = Math.Max(largest, eigenvalue);
        }

        for (var k = 0; k < eigenvalues.Length; k++)
        {
            // What rounding leaves of an eigenvalue that is zero: all of the fixed side has nothing in that direction.
            Spectrum.Span[k] = eigenvalues[k] > RelativeNoise * largest ? (float)(unobserved * eigenvalues[k]) : 0;
        }
    }

    /// <summary>The fixed side.</summary>
    public FactorMatrix Source { get; }

    /// <summary>α₀Λ, padded with zeros.</summary>
    public AlignedBuffer Spectrum { get; }

    public AlsSettings Settings { get; }

    /// <summary>What a row's right-hand side adds to w: 1 for Hu's objective, 0 for Rendle's.</summary>
    public float TargetOffset => Settings.UnobservedWeight is null ? 1 : 0;

    /// <summary>λ of a row with so many interactions.</summary>
    public float RowRegularization(int interactions) => RowRegularization(Settings, interactions, Source.RowCount);

    /// <summary>λ · (interactions + α₀ · rows of the other side)^ν.</summary>
    public static float RowRegularization(AlsSettings settings, int interactions, int otherSide) =>
        settings.RegularizationExponent == 0
            ? settings.Regularization
            : (float)(settings.Regularization
                * Math.Pow(interactions + ((settings.UnobservedWeight ?? 1) * (double)otherSide), settings.RegularizationExponent));
}
