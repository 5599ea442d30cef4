using RecSys.Cli.Evaluation.Data;

namespace RecSys.Cli.Evaluation.Models;

/// <summary>What a model is fitted on.</summary>
/// <param name="Data">The train part; test is not looked at.</param>
/// <param name="WithLoss">Whether a model that has a loss computes it after every iteration.</param>
/// <param name="Report">Receives the share done, 0 to 1, and a remark.</param>
/// <param name="CancellationToken">Ends the work early.</param>
internal sealed record FitRequest(EvaluationData Data, bool WithLoss, Action<double, string?> Report, CancellationToken CancellationToken);
