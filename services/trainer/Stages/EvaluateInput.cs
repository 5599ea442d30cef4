using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Stages;

/// <summary>What measuring needs.</summary>
/// <param name="UserIds">The user of each row of the withheld plays.</param>
/// <param name="Holdout">What the models were fitted to, and what was withheld.</param>
/// <param name="Models">Fitted to the train part.</param>
/// <param name="Settings">Which models and how many users.</param>
internal sealed record EvaluateInput(IReadOnlyList<string> UserIds, Holdout Holdout, FittedModels Models, TrainingSettings Settings);
