namespace RecSys.Analytics.Reports.Figures;

/// <summary>How unevenly listens are divided among tracks (or users) that have any.</summary>
/// <param name="Gini">Gini coefficient: 0 when all have the same, near 1 when one has all.</param>
/// <param name="TopPercentShare">Share of the listens that the top 1 % have (at least one of them).</param>
/// <param name="TopTenPercentShare">Share of the listens that the top 10 % have.</param>
/// <param name="HalfCount">The fewest that have half of the listens together.</param>
/// <param name="Curve">The Lorenz curve from (0, 0) to (1, 1).</param>
public sealed record Concentration(
    double Gini, double TopPercentShare, double TopTenPercentShare, long HalfCount, IReadOnlyList<LorenzPoint> Curve);
