namespace RecSys.Analytics.Reports.Figures;

/// <summary>How much of the tracks was played, over the listens that say it.</summary>
/// <param name="Count">Listens that say it.</param>
/// <param name="Mean">Mean share, 0 to 1.</param>
/// <param name="Bins">Twenty bars of 0.05; the last includes 1.</param>
public sealed record PlayedShares(long Count, double Mean, IReadOnlyList<HistogramBin> Bins);
