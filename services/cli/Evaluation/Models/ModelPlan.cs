using System.Text.Json.Nodes;
using RecSys.Algorithms;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Splits;

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

/// <summary>What a model is fitted on.</summary>
/// <param name="Train">Users × items of the train part.</param>
/// <param name="TrainLog">The train part as single listens, in the matrix's numbering, for models that learn from their order.</param>
/// <param name="WithLoss">Whether a model that has a loss computes it after every iteration.</param>
/// <param name="Report">Receives the share done, 0 to 1, and a remark.</param>
/// <param name="CancellationToken">Ends the work early.</param>
internal sealed record FitRequest(
    SparseMatrix Train, Func<InteractionRows> TrainLog, bool WithLoss, Action<double, string?> Report, CancellationToken CancellationToken);

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
