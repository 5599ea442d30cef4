namespace RecSys.Analytics.Reports;

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

/// <summary>One bar of a histogram.</summary>
/// <param name="From">Smallest value in it.</param>
/// <param name="To">The value that the next bar begins with.</param>
/// <param name="Count">How many values lie in it.</param>
public sealed record HistogramBin(double From, double To, long Count);

/// <summary>How unevenly listens are divided among tracks (or users) that have any.</summary>
/// <param name="Gini">Gini coefficient: 0 when all have the same, near 1 when one has all.</param>
/// <param name="TopPercentShare">Share of the listens that the top 1 % have (at least one of them).</param>
/// <param name="TopTenPercentShare">Share of the listens that the top 10 % have.</param>
/// <param name="HalfCount">The fewest that have half of the listens together.</param>
/// <param name="Curve">The Lorenz curve from (0, 0) to (1, 1).</param>
public sealed record Concentration(
    double Gini, double TopPercentShare, double TopTenPercentShare, long HalfCount, IReadOnlyList<LorenzPoint> Curve);

/// <summary>A point of a Lorenz curve.</summary>
/// <param name="Share">Share of the tracks (or users), those with the fewest listens first; 0 to 1.</param>
/// <param name="Listens">Their share of all listens, 0 to 1.</param>
public sealed record LorenzPoint(double Share, double Listens);
