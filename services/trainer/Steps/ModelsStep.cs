using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>Fits every enabled model to what is not withheld, so that it can be measured on what is.</summary>
internal sealed class ModelsStep(TimeProvider clock)
{
    public Task<FittedModels> RunAsync(
        TrainingLog log, Holdout holdout, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken)
    {
        var wanted = new WantedModels(
            settings.Get(TrainingSettings.AlsEnabled),
            settings.Get(TrainingSettings.ItemNeighborsEnabled),
            settings.Get(TrainingSettings.UserNeighborsEnabled));
        return Task.Run(
            () => FittedModels.Fit(wanted, holdout.Train, log.PairsOf(holdout, settings), settings, clock, progress, cancellationToken),
            cancellationToken);
    }
}
