namespace RecSys.Analytics.Reports.Figures;

/// <summary>One bar of a histogram.</summary>
/// <param name="From">Smallest value in it.</param>
/// <param name="To">The value that the next bar begins with.</param>
/// <param name="Count">How many values lie in it.</param>
public sealed record HistogramBin(double From, double To, long Count);
