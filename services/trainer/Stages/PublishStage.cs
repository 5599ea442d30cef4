using RecSys.Data.Models;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Trainings;

namespace RecSys.Trainer.Stages;

/// <summary>Makes a version ready and, if asked to, the active one in one transaction; tells the others.</summary>
internal sealed class PublishStage(ModelStore models, ModelActivation activation, DatabasePatience patience)
    : IStage<PublishInput, ActiveModel?>
{
    /// <inheritdoc/>
    /// <returns>What is active now; null when nothing was activated.</returns>
    public async Task<ActiveModel?> RunAsync(PublishInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, "making the version ready");
        await patience.RunAsync(token => models.FinishAsync(input.ModelVersion, input.Result, token), cancellationToken);
        if (!input.Activate)
        {
            return null;
        }

        progress.Report(0.5, "activating the version");
        return await patience.RunAsync(token => activation.ActivateAsync(input.ModelVersion, token), cancellationToken);
    }
}
