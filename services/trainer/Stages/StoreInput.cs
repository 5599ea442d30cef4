namespace RecSys.Trainer.Stages;

/// <summary>What the rest of a version needs.</summary>
/// <param name="ModelVersion">The version.</param>
/// <param name="Log">All plays.</param>
/// <param name="Models">Fitted to all plays.</param>
/// <param name="PopularCount">Popular tracks to keep.</param>
internal sealed record StoreInput(string ModelVersion, TrainingLog Log, FittedModels Models, int PopularCount);
