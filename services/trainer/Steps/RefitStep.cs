using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>
/// Fits to all plays what is published: ALS, or in its place item-item neighbours, or in theirs user-user neighbours; popularity and the
/// Markov chain always.
/// </summary>
internal sealed class RefitStep(TimeProvider clock)
{
    public Task<FittedModels> RunAsync(TrainingLog log, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken)
    {
        var als = settings.Get(TrainingSettings.AlsEnabled);
        var items = !als && settings.Get(TrainingSettings.ItemNeighborsEnabled);
        var users = !als && !items && settings.Get(TrainingSettings.UserNeighborsEnabled);
        return Task.Run(
            () => FittedModels.Fit(
                new WantedModels(als, items, users), log.Plays, log.PairsOf(null, settings), settings, clock, progress, cancellationToken),
            cancellationToken);
    }
}
