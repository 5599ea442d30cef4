namespace RecSys.Algorithms.Neighbors;

/// <summary>Deviations from a mean.</summary>
internal static class Deviation
{
    // The mean of equal numbers may differ from them in the last bits. Left in, such a rest would look like a taste, because
    // a row is scaled to length 1 before it is compared.
    private const double RelativeRounding = 1e-6;

    public static float WithoutRounding(double deviation, double mean) =>
        Math.Abs(deviation) <= RelativeRounding * Math.Abs(mean) ? 0 : (float)deviation;
}
