using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Splits;

namespace RecSys.Cli.Evaluation.Models;

/// <summary>What a model is fitted on.</summary>
/// <param name="Train">Users × items of the train part.</param>
/// <param name="TrainLog">The train part as single listens, in the matrix's numbering, for models that learn from their order.</param>
/// <param name="WithLoss">Whether a model that has a loss computes it after every iteration.</param>
/// <param name="Report">Receives the share done, 0 to 1, and a remark.</param>
/// <param name="CancellationToken">Ends the work early.</param>
internal sealed record FitRequest(
    SparseMatrix Train, Func<InteractionRows> TrainLog, bool WithLoss, Action<double, string?> Report, CancellationToken CancellationToken);
