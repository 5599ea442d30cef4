namespace RecSys.Algorithms.Experiments;

/// <summary>The functions that distributions are made of, to about 1e-12.</summary>
internal static class SpecialFunctions
{
    private const double Smallest = 1e-300;
    private const double Precision = 1e-15;
    private const int MaxTerms = 10_000;

    // Lanczos' approximation with g = 7 and nine terms.
    private static readonly double[] Lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
        12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>ln Γ(x), x &gt; 0.</summary>
    public static double LogGamma(double x)
    {
        if (x < 0.5)
        {
            return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        }

        var sum = Lanczos[0];
        for (var i = 1; i < Lanczos.Length; i++)
        {
            sum += Lanczos[i] / (x - 1 + i);
        }

        var t = x + 6.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((x - 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }

    /// <summary>I_x(a, b), 0 ≤ x ≤ 1, by Lentz's continued fraction.</summary>
    public static double RegularizedBeta(double x, double a, double b)
    {
        if (x <= 0 || x >= 1)
        {
            return x <= 0 ? 0 : 1;
        }

        // The fraction converges fast on this side of the mean.
        if (x > (a + 1) / (a + b + 2))
        {
            return 1 - RegularizedBeta(1 - x, b, a);
        }

        var front = Math.Exp(
            LogGamma(a + b) - LogGamma(a) - LogGamma(b) + (a * Math.Log(x)) + (b * Math.Log(1 - x))) / a;
        var c = 1.0;
        var d = 1 / NotZero(1 - ((a + b) * x / (a + 1)));
        var fraction = d;
        for (var m = 1; m < MaxTerms; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / NotZero(1 + (even * d));
            c = NotZero(1 + (even / c));
            fraction *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / NotZero(1 + (odd * d));
            c = NotZero(1 + (odd / c));
            fraction *= d * c;
            if (Math.Abs((d * c) - 1) < Precision)
            {
                break;
            }
        }

        return front * fraction;
    }

    /// <summary>Q(a, x), the upper regularised gamma function, a &gt; 0, x ≥ 0.</summary>
    public static double RegularizedUpperGamma(double a, double x)
    {
        if (x <= 0)
        {
            return 1;
        }

        var front = Math.Exp((a * Math.Log(x)) - x - LogGamma(a));
        return x < a + 1 ? 1 - (front * LowerSeries(a, x)) : front * UpperFraction(a, x);
    }

    private static double LowerSeries(double a, double x)
    {
        var term = 1 / a;
        var sum = term;
        for (var n = 1; n < MaxTerms && term > Precision * sum; n++)
        {
            term *= x / (a + n);
            sum += term;
        }

        return sum;
    }

    private static double UpperFraction(double a, double x)
    {
        var b = x + 1 - a;
        var c = 1 / Smallest;
        var d = 1 / NotZero(b);
        var fraction = d;
        for (var n = 1; n < MaxTerms; n++)
        {
            var numerator = -n * (n - a);
            b += 2;
            d = 1 / NotZero((numerator * d) + b);
            c = NotZero(b + (numerator / c));
            fraction *= d * c;
            if (Math.Abs((d * c) - 1) < Precision)
            {
                break;
            }
        }

        return fraction;
    }

    private static double NotZero(double value) => Math.Abs(value) < Smallest ? Smallest : value;
}

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
