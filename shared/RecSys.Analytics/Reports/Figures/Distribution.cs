namespace RecSys.Analytics.Reports.Figures;

/// <summary>How values are spread, such as the listens of users.</summary>
/// <param name="Count">Number of values.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Min">The smallest.</param>
/// <param name="Percentile5">5 % are not larger.</param>
/// <param name="Quartile1">A quarter is not larger.</param>
/// <param name="Median">Half are not larger.</param>
/// <param name="Quartile3">Three quarters are not larger.</param>
/// <param name="Percentile95">95 % are not larger.</param>
/// <param name="Max">The largest.</param>
/// <param name="Bins">
/// A histogram without gaps, from the smallest value to the largest. Bars get wider with the values, two to a doubling: they
/// begin at 0, 1, 2, 3, 4, 6, 8, 12, 16, 23, 32 and so on, the powers of √2 rounded up.
/// </param>
public sealed record Distribution(
    long Count,
    double Mean,
    double Min,
    double Percentile5,
    double Quartile1,
    double Median,
    double Quartile3,
    double Percentile95,
    double Max,
    IReadOnlyList<HistogramBin> Bins);
