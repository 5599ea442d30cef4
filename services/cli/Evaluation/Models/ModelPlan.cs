using System.Text.Json.Nodes;

namespace RecSys.Cli.Evaluation.Models;

/// <summary>A model with all its settings, ready to be fitted.</summary>
/// <param name="Model">The family's name.</param>
/// <param name="Settings">Every setting with its value, defaults included.</param>
/// <param name="Fit">Fits it.</param>
internal sealed record ModelPlan(string Model, JsonObject Settings, Func<FitRequest, FittedModel> Fit)
{
    /// <summary>What of the settings was given in this call, for people.</summary>
    public IReadOnlyDictionary<string, string> Given { get; init; } = new Dictionary<string, string>();
}
