using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Trainings;

/// <summary>A training or refresh that is about to begin; its version's record exists.</summary>
/// <param name="ModelVersion">The version that it makes.</param>
/// <param name="ResumedAfter">The last stage that an earlier training had finished; empty when it begins afresh.</param>
/// <param name="Reporter">Receives its progress.</param>
/// <param name="RunAsync">Does it.</param>
/// <param name="Forget">Removes what it kept, once it has ended well.</param>
/// <param name="Held">Is held while it runs; null for nothing.</param>
internal sealed record TrainingWork(
    string ModelVersion,
    string ResumedAfter,
    TrainingReporter Reporter,
    Func<CancellationToken, Task> RunAsync,
    Action Forget,
    IDisposable? Held);
