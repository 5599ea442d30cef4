namespace RecSys.Algorithms.Hybrid.Tuning;

/// <summary>One model that was fitted on the search part and measured on validation users.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Settings">What set it apart, by name.</param>
/// <param name="Value">The metric; 0 when the model could not be fitted.</param>
/// <param name="Seconds">Time to fit and measure it.</param>
/// <param name="Failure">Why it could not be fitted, else null.</param>
public sealed record TuningTrial(
    string Model, IReadOnlyDictionary<string, object> Settings, double Value, double Seconds, string? Failure = null);
