using System.Text.Json.Nodes;

namespace RecSys.Cli.Evaluation;

/// <summary>What is kept of a fitted model once it is measured; the model itself is let go of.</summary>
/// <param name="Losses">The loss after each iteration, where it was asked for.</param>
/// <param name="FoundSettings">Settings that were found while fitting.</param>
/// <param name="Tuning">How they were found.</param>
internal sealed record FittedSummary(IReadOnlyList<double> Losses, JsonObject? FoundSettings, JsonObject? Tuning);
