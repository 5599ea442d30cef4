using System.Text.Json.Nodes;
using RecSys.Algorithms;

namespace RecSys.Cli.Evaluation.Models;

/// <summary>A fitted model.</summary>
/// <param name="Model">The model.</param>
internal sealed record FittedModel(IRecommender Model)
{
    /// <summary>The loss after each iteration, where it was asked for.</summary>
    public IReadOnlyList<double> Losses { get; init; } = [];

    /// <summary>Settings that were found while fitting, beside those of the plan.</summary>
    public JsonObject? FoundSettings { get; init; }

    /// <summary>How they were found: what was tried and measured on a validation part of train.</summary>
    public JsonObject? Tuning { get; init; }
}
