using RecSys.Trainer.Ranking;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Stages.Ranking;

/// <summary>What training a ranker needs.</summary>
/// <param name="Examples">From what is not withheld.</param>
/// <param name="Measured">What the ranker is measured on, and then learns from, too; null when nothing is withheld.</param>
/// <param name="Settings">How.</param>
internal sealed record RankerInput(ExampleRows Examples, RankerHoldout? Measured, TrainingSettings Settings);
