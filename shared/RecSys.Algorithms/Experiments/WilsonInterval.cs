namespace RecSys.Algorithms.Experiments;

/// <summary>
/// How often something happened, with the interval in which the probability lies with 95 % confidence (Wilson 1927). Unlike the rate plus
/// and minus its standard error, it is right for few trials and for rates near 0 and 1, and never leaves 0…1.
/// </summary>
/// <param name="Rate">Successes by trials; 0 without a trial.</param>
/// <param name="Low">Lower end, 0…1.</param>
/// <param name="High">Upper end, 0…1; 1 without a trial.</param>
public readonly record struct WilsonInterval(double Rate, double Low, double High)
{
    // The normal distribution's quantile that leaves 2.5 % on either side.
    private const double Z = 1.959963984540054;

    /// <summary>The interval of a rate.</summary>
    /// <param name="successes">0 to <paramref name="trials"/>.</param>
    /// <param name="trials">At least 0, independent of each other.</param>
    /// <exception cref="AlgorithmException">A number is out of its range.</exception>
    public static WilsonInterval Of(long successes, long trials)
    {
        if (successes < 0 || successes > trials)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"{successes} successes of {trials} trials; there are 0 to as many as trials.");
        }

        if (trials == 0)
        {
            return new WilsonInterval(0, 0, 1);
        }

        // (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)
        double n = trials;
        var rate = successes / n;
        var scale = 1 + (Z * Z / n);
        var center = (rate + (Z * Z / (2 * n))) / scale;
        var halfWidth = Z * Math.Sqrt((rate * (1 - rate) / n) + (Z * Z / (4 * n * n))) / scale;

        // The ends that must be exact, whatever is lost in rounding.
        return new WilsonInterval(rate, successes == 0 ? 0 : center - halfWidth, successes == trials ? 1 : center + halfWidth);
    }
}
