using RecSys.Trainer.Checkpoints;

namespace RecSys.Trainer.Stages;

/// <summary>What a version is made of.</summary>
/// <param name="ModelVersion">The version.</param>
/// <param name="Log">All plays.</param>
/// <param name="Models">Fitted to all plays.</param>
/// <param name="PopularCount">Popular tracks to keep.</param>
/// <param name="Similar">Similar tracks.</param>
/// <param name="Next">Next tracks.</param>
/// <param name="Personal">Personal lists.</param>
/// <param name="Quality">What later versions are compared with; empty when nothing was measured.</param>
internal sealed record StoreInput(
    string ModelVersion,
    TrainingLog Log,
    FittedModels Models,
    int PopularCount,
    ListFile Similar,
    ListFile Next,
    ListFile Personal,
    UserQuality Quality);
