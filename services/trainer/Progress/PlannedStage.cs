namespace RecSys.Trainer.Progress;

/// <summary>A stage that a training will go through.</summary>
/// <param name="Name">Its name as watchers see it.</param>
/// <param name="Weight">Its share of the whole training's time, in any unit; an estimate for the progress bar.</param>
internal sealed record PlannedStage(string Name, double Weight);
