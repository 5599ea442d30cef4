using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Trainings;

/// <summary>A step of a training: what it takes, what it makes, and how.</summary>
/// <param name="Name">As watchers see it.</param>
/// <param name="Weight">Its share of the whole training's time, in any unit; an estimate for the progress bar.</param>
/// <param name="Inputs">Outputs of earlier stages that it takes; they are in memory while it runs.</param>
/// <param name="Outputs">What it makes. Kept in the work folder: a training that is taken up again goes on after the stage.</param>
/// <param name="Run">Does the work. A stage without outputs writes to the database and is done again.</param>
internal sealed record PipelineStage(
    string Name,
    double Weight,
    IReadOnlyList<StageOutput> Inputs,
    IReadOnlyList<StageOutput> Outputs,
    Func<StageValues, StageProgress, CancellationToken, Task> Run);
