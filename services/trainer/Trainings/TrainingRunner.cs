using Microsoft.Extensions.Options;
using RecSys.Data;
using RecSys.Data.Models;
using RecSys.Hosting.Errors;
using RecSys.Lake;
using RecSys.Trainer.Checkpoints;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Trainings;

/// <summary>Runs trainings in the background, one at a time over all trainers that share the database.</summary>
internal sealed class TrainingRunner(
    TrainingPipeline pipeline,
    TrainingStages stages,
    CheckpointStore checkpoints,
    ModelStore models,
    TrainerLock trainerLock,
    ListenLake lake,
    ProgressBoard board,
    DatabasePatience patience,
    IOptions<TrainerOptions> options,
    TimeProvider clock,
    ILogger<TrainingRunner> logger) : IHostedService
{
    // What a stopping host waits for: the mark on the version, not the training.
    private static readonly TimeSpan RecordTimeout = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private Task _work = Task.CompletedTask;
    private bool _isTraining;

    /// <summary>Starts a training.</summary>
    /// <param name="settings">All its settings.</param>
    /// <param name="activate">Whether the version becomes the active one.</param>
    /// <param name="force">Whether it does so even if it is measured to be worse than the active one.</param>
    /// <param name="cancellationToken">Ends the beginning; later it has no effect.</param>
    /// <returns>The version that it makes.</returns>
    /// <exception cref="RecSysException">ABORTED: one is running already. FAILED_PRECONDITION: there is nothing to train on.</exception>
    public async Task<StartedTraining> StartAsync(
        TrainingSettings settings, bool activate, bool force, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_isTraining)
            {
                throw Running();
            }

            _isTraining = true;
        }

        TrainerLease? lease = null;
        TrainingCheckpoint? checkpoint = null;
        try
        {
            await lake.RefreshAsync(cancellationToken);
            if (lake.IsEmpty)
            {
                throw RecSysException.FailedPrecondition(
                    "NO_LISTENS",
                    "The lake holds no listens to train on. Submit listens with IngestService or import a log with `recsys import` first.");
            }

            lease = await trainerLock.TryAcquireAsync(cancellationToken) ?? throw Running();
            await RemoveUnfinishedAsync(cancellationToken);
            checkpoint = OpenCheckpoint(settings);
            var job = new TrainingJob(ModelVersionId.Create(clock.GetUtcNow()), settings, activate, force);
            await models.BeginAsync(job.ModelVersion, settings.ToText(), cancellationToken);
            var times = new StageTimes(checkpoint.Stages);
            var plan = stages.Of(job, times);
            var reporter = new TrainingReporter(
                job.ModelVersion, [.. plan.Select(stage => new PlannedStage(stage.Name, stage.Weight))], board, clock);
            _work = Task.WhenAll(
                _work,
                Task.Run(
                    () => RunAsync(
                        job, lease, checkpoint, reporter, token => pipeline.RunAsync(job, plan, times, checkpoint, reporter, token)),
                    CancellationToken.None));
            return new StartedTraining(job.ModelVersion, checkpoint.Stages.Count > 0 ? checkpoint.Stages[^1].Name : "");
        }
        catch
        {
            checkpoint?.Dispose();
            await EndAsync(lease);
            throw;
        }
    }

    /// <summary>Removes what a dead trainer left behind, unless another one is at work.</summary>
    public async Task TidyUpAsync(CancellationToken cancellationToken)
    {
        await using var lease = await trainerLock.TryAcquireAsync(cancellationToken);
        if (lease is not null)
        {
            await RemoveUnfinishedAsync(cancellationToken);
            checkpoints.TidyUp(lake.ListFiles());
        }
    }

    /// <inheritdoc/>
    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    async Task IHostedService.StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _work.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static RecSysException Running() => RecSysException.Aborted(
        "TRAINING_RUNS", "A training is running already. Wait for its end, which TrainerService.WatchTraining tells, and call again.");

    private async Task RemoveUnfinishedAsync(CancellationToken cancellationToken)
    {
        var removed = await models.RemoveUnfinishedAsync(cancellationToken);
        if (removed > 0)
        {
            TrainerLog.UnfinishedRemoved(logger, removed);
        }
    }

    private TrainingCheckpoint OpenCheckpoint(TrainingSettings settings)
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

    private async Task RunAsync(
        TrainingJob job, TrainerLease lease, TrainingCheckpoint checkpoint, TrainingReporter reporter, Func<CancellationToken, Task> train)
    {
        TrainerLog.TrainingBegan(logger, job.ModelVersion);
        var started = clock.GetTimestamp();
        string? error = null;
        try
        {
            await train(_stopping.Token);
            checkpoint.Remove();
            TrainerLog.TrainingSucceeded(logger, job.ModelVersion, clock.GetElapsedTime(started).TotalSeconds);
        }
        catch (Exception exception)
        {
            error = await FailAsync(job, exception);
        }

        // Whoever hears of the end may start the next training.
        checkpoint.Dispose();
        await EndAsync(lease);
        if (error is not null)
        {
            reporter.Fail(error);
            return;
        }

        reporter.Succeed();
        await RetainAsync();
    }

    private async Task EndAsync(TrainerLease? lease)
    {
        if (lease is not null)
        {
            await lease.DisposeAsync();
        }

        lock (_lock)
        {
            _isTraining = false;
        }
    }

    /// <summary>Marks the version as failed, if that can be done.</summary>
    /// <returns>Why it failed, for a person.</returns>
    private async Task<string> FailAsync(TrainingJob job, Exception exception)
    {
        var isStopped = exception is OperationCanceledException && _stopping.IsCancellationRequested;
        var error = isStopped ? "The trainer was stopped before the training had ended. Start the training again." : exception.Message;
        if (isStopped)
        {
            TrainerLog.TrainingStopped(logger, job.ModelVersion);
        }
        else
        {
            TrainerLog.TrainingFailed(logger, job.ModelVersion, exception);
        }

        using var timeout = new CancellationTokenSource(RecordTimeout, clock);
        try
        {
            await (isStopped
                ? models.FailAsync(job.ModelVersion, error, timeout.Token)
                : patience.RunAsync(token => models.FailAsync(job.ModelVersion, error, token), _stopping.Token));
        }
        catch (Exception failure) when (failure is DatabaseUnavailableException or ModelStoreException or OperationCanceledException)
        {
            TrainerLog.FailureNotRecorded(logger, job.ModelVersion, failure);
        }

        return error;
    }

    private async Task RetainAsync()
    {
        try
        {
            var deleted = await models.RetainAsync(options.Value.KeptVersions, _stopping.Token);
            if (deleted.Count > 0)
            {
                TrainerLog.OldVersionsDeleted(logger, string.Join(", ", deleted));
            }
        }
        catch (DatabaseUnavailableException exception)
        {
            TrainerLog.OldVersionsNotDeleted(logger, exception);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The next training goes on with it.
        }
    }
}
