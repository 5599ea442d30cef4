namespace RecSys.Trainer.Stages;

/// <summary>What the personal lists need.</summary>
/// <param name="Path">The file that they are written to.</param>
/// <param name="Models">Fitted to all plays.</param>
/// <param name="UserCount">Users.</param>
/// <param name="Count">Length of a list.</param>
/// <param name="ThreadCount">Threads; 0 takes every core.</param>
internal sealed record ListsInput(string Path, FittedModels Models, int UserCount, int Count, int ThreadCount);
