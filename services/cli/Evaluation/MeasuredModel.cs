using RecSys.Algorithms.Evaluation;
using RecSys.Cli.Evaluation.Models;

namespace RecSys.Cli.Evaluation;

/// <summary>A model and what it achieved.</summary>
/// <param name="Plan">The model with its settings.</param>
/// <param name="Fitted">What else fitting found.</param>
/// <param name="Result">Its metrics.</param>
/// <param name="FitSeconds">How long fitting took.</param>
internal sealed record MeasuredModel(ModelPlan Plan, FittedSummary Fitted, EvaluationResult Result, double FitSeconds);
