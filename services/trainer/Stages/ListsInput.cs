namespace RecSys.Trainer.Stages;

/// <summary>What the personal lists need.</summary>
/// <param name="ModelVersion">The version that they belong to.</param>
/// <param name="Log">All plays.</param>
/// <param name="Models">Fitted to all plays.</param>
/// <param name="Count">Length of a list.</param>
/// <param name="ThreadCount">Threads; 0 takes every core.</param>
internal sealed record ListsInput(string ModelVersion, TrainingLog Log, FittedModels Models, int Count, int ThreadCount);
