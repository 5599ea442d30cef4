using RecSys.Data.Models;
using RecSys.Hosting.Errors;
using RecSys.Lake;
using RecSys.Trainer.Checkpoints;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Refreshing;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Trainings;

/// <summary>Makes a training or a refresh ready to run: its version's record, and what it goes on from.</summary>
internal sealed class TrainingPreparation(
    TrainingPipeline pipeline,
    TrainingStages stages,
    RefreshPipeline refresh,
    CheckpointStore checkpoints,
    ModelStore models,
    ListenLake lake,
    ProgressBoard board,
    TimeProvider clock)
{
    /// <summary>A training.</summary>
    /// <param name="settings">All its settings.</param>
    /// <param name="activate">Whether the version becomes the active one.</param>
    /// <param name="force">Whether it does so even if it is measured to be worse than the active one.</param>
    /// <param name="cancellationToken">Ends the preparation.</param>
    /// <exception cref="RecSysException">FAILED_PRECONDITION: the work folder can't be used.</exception>
    public async Task<TrainingWork> TrainAsync(TrainingSettings settings, bool activate, bool force, CancellationToken cancellationToken)
    {
        var checkpoint = Open(settings);
        try
        {
            var job = new TrainingJob(ModelVersionId.Create(clock.GetUtcNow()), settings, activate, force);
            await models.BeginAsync(job.ModelVersion, settings.ToText(), cancellationToken);
            var times = new StageTimes(checkpoint.Stages);
            var plan = stages.Of(job, times);
            var reporter = new TrainingReporter(
                job.ModelVersion, [.. plan.Select(stage => new PlannedStage(stage.Name, stage.Weight))], board, clock);
            return new TrainingWork(
                job.ModelVersion,
                checkpoint.Stages.Count > 0 ? checkpoint.Stages[^1].Name : "",
                reporter,
                token => pipeline.RunAsync(job, plan, times, checkpoint, reporter, token),
                checkpoint.Remove,
                checkpoint);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>A refresh of the active version.</summary>
    /// <param name="activate">Whether the version becomes the active one.</param>
    /// <param name="cancellationToken">Ends the preparation.</param>
    /// <exception cref="RecSysException">FAILED_PRECONDITION: no version is active, or it has no factors to refresh.</exception>
    public async Task<TrainingWork> RefreshAsync(bool activate, CancellationToken cancellationToken)
    {
        var active = await models.GetActiveAsync(cancellationToken);
        var from = active is null ? null : await models.GetAsync(active.Version, cancellationToken);
        if (from is null)
        {
            throw RecSysException.FailedPrecondition(
                "NO_ACTIVE_MODEL", "No model has been trained yet, so there is nothing to refresh. Run `recsys train` or call TrainModel first.");
        }

        if (!TrainingSettings.Read(from.Settings).Get(TrainingSettings.AlsEnabled))
        {
            throw RecSysException.FailedPrecondition(
                "NO_FACTORS", $"Version {from.Version} was trained without ALS and has no factors to refresh. Train a new version.");
        }

        var version = ModelVersionId.Create(clock.GetUtcNow());
        await models.BeginAsync(version, from.Settings, cancellationToken, from.Version);
        var reporter = new TrainingReporter(version, RefreshPipeline.Plan, board, clock);
        return new TrainingWork(version, "", reporter, token => refresh.RunAsync(version, from, activate, reporter, token), () => { }, null);
    }

    /// <summary>Removes what no training may take up any more.</summary>
    public void TidyUp() => checkpoints.TidyUp(lake.ListFiles());

    private TrainingCheckpoint Open(TrainingSettings settings)
    {
        try
        {
            return checkpoints.Open(settings, lake.ListFiles());
        }
        catch (WorkFolderException exception)
        {
            throw RecSysException.FailedPrecondition("WORK_FOLDER_UNUSABLE", exception.Message);
        }
    }
}
