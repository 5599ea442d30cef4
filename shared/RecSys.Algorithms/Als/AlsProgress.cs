namespace RecSys.Algorithms.Als;

/// <summary>What a training reports after each iteration.</summary>
/// <param name="Iteration">Finished iterations, from 1.</param>
/// <param name="Iterations">Iterations asked for.</param>
/// <param name="Loss">The objective after the iteration, when <see cref="AlsSettings.ComputeLoss"/> is on.</param>
/// <param name="Elapsed">Time since the start of the training.</param>
public sealed record AlsProgress(int Iteration, int Iterations, double? Loss, TimeSpan Elapsed);
