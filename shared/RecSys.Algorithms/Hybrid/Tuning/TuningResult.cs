namespace RecSys.Algorithms.Hybrid.Tuning;

/// <summary>What a search found.</summary>
/// <param name="Model">The hybrid with the best settings, fitted on all of train.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="ValidationValue">The metric of the hybrid on validation interactions.</param>
/// <param name="Trials">Everything that was tried, in order.</param>
/// <param name="SearchSeconds">Time of the search.</param>
/// <param name="FitSeconds">Time of fitting the result.</param>
public sealed record TuningResult(
    HybridModel Model,
    HybridSettings Settings,
    double ValidationValue,
    IReadOnlyList<TuningTrial> Trials,
    double SearchSeconds,
    double FitSeconds);
