using System.Globalization;
using Microsoft.Extensions.Options;
using RecSys.Analytics.Listens;
using RecSys.Data;
using RecSys.Data.Deletions;
using RecSys.Data.Models;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Startup;
using RecSys.Lake;

namespace RecSys.Trainer.Pipeline;

/// <summary>Runs trainings in the background, one at a time over all trainers that share the database.</summary>
internal sealed class TrainingRunner(
    CheckpointStore checkpoints,
    ModelStore models,
    DeletedUserStore deletedUsers,
    TrainerLock trainerLock,
    ListenLake lake,
    LakeQueries queries,
    DatabasePatience patience,
    IOptions<TrainerOptions> options,
    TimeProvider clock,
    ILogger<TrainingRunner> logger) : IHostedService
{
    // What a stopping host waits for: the mark on the version, not the training.
    private static readonly TimeSpan RecordTimeout = TimeSpan.FromSeconds(10);

    // Between the last word on a version and the release of the lock lie an activation and its announcement.
    private static readonly TimeSpan HandOverTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan HandOverPause = TimeSpan.FromMilliseconds(50);

    // The one in training is the newest, but for those that failed to begin.
    private const int VersionsLookedAt = 20;

    /// <summary>Reason of the error when one is running already.</summary>
    public const string RunningReason = "TRAINING_RUNS";

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private Task _work = Task.CompletedTask;
    private bool _isTraining;

    /// <summary>Starts a training or a refresh.</summary>
    /// <param name="prepare">Makes it ready to run; called when this trainer is the only one at work.</param>
    /// <param name="cancellationToken">Ends the beginning; later it has no effect.</param>
    /// <returns>What was started.</returns>
    /// <exception cref="RecSysException">ABORTED: one is running already. FAILED_PRECONDITION: there is nothing to train on.</exception>
    public async Task<TrainingWork> StartAsync(
        Func<CancellationToken, Task<TrainingWork>> prepare, CancellationToken cancellationToken)
    {
        bool isFirst;
        lock (_lock)
        {
            isFirst = !_isTraining;
            _isTraining = true;
        }

        if (!isFirst)
        {
            throw await RunningAsync(cancellationToken);
        }

        TrainerLease? lease = null;
        try
        {
            if ((await lake.ListListensAsync(cancellationToken)).Count == 0)
            {
                throw RecSysException.FailedPrecondition(
                    "NO_LISTENS",
                    "The lake holds no listens to train on. Submit listens with IngestService or import a log with `recsys import` first.");
            }

            lease = await AcquireAsync(cancellationToken);
            await RemoveUnfinishedAsync(cancellationToken);
            var work = await prepare(cancellationToken);
            _work = Task.WhenAll(_work, Task.Run(() => RunAsync(work, lease), CancellationToken.None));
            return work;
        }
        catch
        {
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
            await TidyWorkAsync(cancellationToken);
        }
    }

    /// <summary>Removes what no training may take up any more, such as one that has read somebody who was deleted since.</summary>
    /// <returns>False when a training is at work, so that something may be left.</returns>
    public async Task<bool> TidyWorkAsync(CancellationToken cancellationToken)
    {
        var heeded = await deletedUsers.ReadNumberAsync(cancellationToken);
        return checkpoints.TidyUp([.. (await lake.ListAsync(cancellationToken)).Select(segment => segment.Path)], heeded);
    }

    /// <inheritdoc/>
    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    async Task IHostedService.StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _work.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Says which one and since when, where the database knows: between the last step of a training and the release of the lock it doesn't.
    private async Task<RecSysException> RunningAsync(CancellationToken cancellationToken)
    {
        ModelVersionRow? running = null;
        try
        {
            running = (await models.ListAsync(VersionsLookedAt, null, cancellationToken)).Models.FirstOrDefault(version => version.Status == ModelStatus.Training);
        }
        catch (DatabaseUnavailableException)
        {
            // The refusal holds all the same.
        }

        var what = running is null
            ? "A training is running already."
            : string.Create(
                CultureInfo.InvariantCulture, $"Version {running.Version} has been in training since {running.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.");
        return RecSysException.Aborted(
            RunningReason,
            $"{what} One training runs at a time: wait for its end, which `recsys models list` and TrainerService.WatchTraining show, then train again.");
    }

    /// <summary>
    /// Takes the lock. Another trainer holds it longer than its version is in training: it activates and announces the version
    /// first, and one that starts tidies up. Who was told by the database that a training has ended isn't refused for that.
    /// </summary>
    private async Task<TrainerLease> AcquireAsync(CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        while (true)
        {
            if (await trainerLock.TryAcquireAsync(cancellationToken) is { } lease)
            {
                return lease;
            }

            if (clock.GetElapsedTime(begun) > HandOverTimeout || await models.IsAnyInTrainingAsync(cancellationToken))
            {
                throw await RunningAsync(cancellationToken);
            }

            await Task.Delay(HandOverPause, clock, cancellationToken);
        }
    }

    private async Task RemoveUnfinishedAsync(CancellationToken cancellationToken)
    {
        var removed = await models.RemoveUnfinishedAsync(cancellationToken);
        if (removed > 0)
        {
            TrainerLog.UnfinishedRemoved(logger, removed);
        }
    }

    private async Task RunAsync(TrainingWork work, TrainerLease lease)
    {
        TrainerLog.TrainingBegan(logger, work.ModelVersion);
        var started = clock.GetTimestamp();
        string? error = null;
        try
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, lease.Lost);
            await using var pinned = await queries.PinAsync(ending.Token);
            await work.RunAsync(ending.Token);
            work.Forget();
            TrainerLog.TrainingSucceeded(logger, work.ModelVersion, clock.GetElapsedTime(started).TotalSeconds);
        }
        catch (Exception exception)
        {
            error = await FailAsync(work.ModelVersion, exception, lease);
        }

        // Whoever hears of the end may start the next training.
        work.Held?.Dispose();
        await EndAsync(lease);
        if (error is not null)
        {
            work.Reporter.Fail(error);
            return;
        }

        work.Reporter.Succeed();
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
    private async Task<string> FailAsync(string modelVersion, Exception exception, TrainerLease lease)
    {
        var isStopped = exception is OperationCanceledException && _stopping.IsCancellationRequested;
        var error = isStopped ? "The trainer was stopped before the training had ended. Start the training again."
            : lease.Lost.IsCancellationRequested ? "Another trainer began a training while this one had no connection to the database. Wait for its end; then start the training again."
            : exception.Message;
        if (isStopped)
        {
            TrainerLog.TrainingStopped(logger, modelVersion);
        }
        else
        {
            TrainerLog.TrainingFailed(logger, modelVersion, exception);
        }

        using var timeout = new CancellationTokenSource(RecordTimeout, clock);
        try
        {
            await (isStopped
                ? models.FailAsync(modelVersion, error, timeout.Token)
                : patience.RunAsync(token => models.FailAsync(modelVersion, error, token), _stopping.Token));
        }
        catch (Exception failure)
        {
            // Whatever it is (a full disk stops the work and then the record of it), watchers must hear of the end and the next
            // training be possible; it, or the next start, marks the version.
            TrainerLog.FailureNotRecorded(logger, modelVersion, failure);
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

/// <summary>A training or refresh that is about to begin; its version's record exists.</summary>
/// <param name="ModelVersion">The version that it makes.</param>
/// <param name="ResumedAfter">The last step that an earlier training had finished; empty when it begins afresh.</param>
/// <param name="Reporter">Receives its progress.</param>
/// <param name="RunAsync">Does it.</param>
/// <param name="Forget">Removes what it kept, once it has ended well.</param>
/// <param name="Held">Is held while it runs; null for nothing.</param>
internal sealed record TrainingWork(
    string ModelVersion,
    string ResumedAfter,
    TrainingReporter Reporter,
    Func<CancellationToken, Task> RunAsync,
    Action Forget,
    IDisposable? Held);

/// <summary>Removes the versions that a killed trainer left unfinished.</summary>
internal sealed class UnfinishedVersionsTask(DatabaseMigrator database, TrainingRunner trainings) : IStartupTask
{
    /// <inheritdoc/>
    public string Name => "model versions";

    /// <inheritdoc/>
    public string WaitsFor => database.DescribeTarget();

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken) => trainings.TidyUpAsync(cancellationToken);
}
