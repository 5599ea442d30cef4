namespace RecSys.Analytics.Reports.Figures;

/// <summary>How long a service took to answer, in milliseconds.</summary>
/// <param name="Count">Answers that were timed.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Median">Half were not slower.</param>
/// <param name="Percentile90">90 % were not slower.</param>
/// <param name="Percentile95">95 % were not slower.</param>
/// <param name="Percentile99">99 % were not slower.</param>
/// <param name="Percentile999">99.9 % were not slower.</param>
/// <param name="Max">The slowest.</param>
public sealed record LatencyFigures(
    long Count, double Mean, double Median, double Percentile90, double Percentile95, double Percentile99, double Percentile999, double Max);
