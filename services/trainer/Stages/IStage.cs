using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Stages;

/// <summary>One step of a training. What it needs is its input and what it makes is its output; it keeps nothing between runs.</summary>
/// <typeparam name="TInput">What it needs.</typeparam>
/// <typeparam name="TOutput">What it makes.</typeparam>
internal interface IStage<in TInput, TOutput>
{
    /// <summary>Does the work.</summary>
    /// <param name="input">What it needs.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    Task<TOutput> RunAsync(TInput input, StageProgress progress, CancellationToken cancellationToken);
}
