namespace RecSys.Cli.Pictures;

/// <summary>Maps values to places on an axis.</summary>
/// <param name="low">The value at the start.</param>
/// <param name="high">The value at the end.</param>
/// <param name="start">Place of the start.</param>
/// <param name="end">Place of the end.</param>
internal sealed class AxisScale(double low, double high, double start, double end)
{
    public double this[double value] => start + ((value - low) / Math.Max(high - low, double.Epsilon) * (end - start));

    /// <summary>Round values from 0 to at least <paramref name="largest"/>, about <paramref name="count"/> steps: the axis ends with the last.</summary>
    public static double[] Ticks(double largest, int count = 4)
    {
        if (largest <= 0)
        {
            return [0, 1];
        }

        var step = RoundStep(largest / count);

        // Counts have no halves.
        step = largest > count ? Math.Max(1, Math.Ceiling(step)) : step;
        return [.. Enumerable.Range(0, (int)Math.Ceiling(largest * 0.999 / step) + 1).Select(tick => tick * step)];
    }

    /// <summary>Round values between two values, about <paramref name="count"/> of them.</summary>
    public static double[] Between(double low, double high, int count = 4)
    {
        var step = RoundStep((high - low) / count);
        var first = (long)Math.Ceiling(low / step);
        return [.. Enumerable.Range(0, (int)((long)Math.Floor(high / step) - first) + 1).Select(tick => (first + tick) * step)];
    }

    /// <summary>Round values of a logarithmic axis between two values above 0: powers of ten, with 2 and 5 times these where they are few.</summary>
    public static double[] LogTicks(double low, double high)
    {
        var decades = Math.Log10(high / low);
        double[] factors = decades > 3 ? [1] : decades > 1.4 ? [1, 3] : [1, 2, 5];
        return
        [
            .. Enumerable.Range((int)Math.Floor(Math.Log10(low)), (int)Math.Ceiling(decades) + 2)
                .SelectMany(power => factors.Select(factor => factor * Math.Pow(10, power)))
                .Where(tick => tick >= low * 0.999 && tick <= high * 1.001),
        ];
    }

    // The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below a value.
    private static double RoundStep(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return power * new[] { 1, 2, 2.5, 5, 10 }.First(factor => power * factor >= value * 0.999);
    }
}
