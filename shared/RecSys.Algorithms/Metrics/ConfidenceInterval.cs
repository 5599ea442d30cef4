namespace RecSys.Algorithms.Metrics;

/// <summary>An interval that holds the true value with a stated confidence.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct ConfidenceInterval(double Low, double High);
