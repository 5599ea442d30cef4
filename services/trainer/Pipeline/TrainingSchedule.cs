using Microsoft.Extensions.Options;
using RecSys.Data.Models;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Startup;
using RecSys.Lake;
using RecSys.Trainer.Refreshing;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Pipeline;

/// <summary>
/// Starts trainings and refreshes when they are due. What is due is told from the versions and the lake alone, so that a restart
/// changes nothing and of several trainers one starts it.
/// </summary>
internal sealed class TrainingSchedule(
    TrainingRunner trainings,
    TrainingPipeline training,
    RefreshPipeline refresh,
    ModelStore models,
    ListenLake lake,
    StartupGate gate,
    IOptions<TrainerOptions> options,
    TimeProvider clock,
    ILogger<TrainingSchedule> logger) : BackgroundService
{
    // Versions that are looked through for the newest trained one; refreshed ones may lie before it.
    private const int VersionsAtOnce = 100;

    private readonly TrainerOptions _options = options.Value;

    private bool IsOn => _options.RetrainEvery > TimeSpan.Zero || _options.RetrainAfterListens > 0 || _options.RefreshEvery > TimeSpan.Zero;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!IsOn)
        {
            return;
        }

        await gate.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(_options.ScheduleInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (RecSysException exception) when (exception.Reason == TrainingRunner.RunningReason)
            {
                // Whoever started that one: what is due then is told from what it leaves.
            }
            catch (NothingDueException)
            {
                // Another training did it.
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it was, calls are answered, and the next look may find it mended.
                TrainerLog.ScheduleDelayed(logger, _options.ScheduleInterval.TotalSeconds, exception.Message);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if ((await FindDueAsync(cancellationToken)).Work == DueWork.None)
        {
            return;
        }

        // Asked again when it is this trainer's turn: a training that ended meanwhile may have done what was due.
        await trainings.StartAsync(
            async token =>
            {
                var (work, reason) = await FindDueAsync(token);
                if (work == DueWork.None)
                {
                    throw new NothingDueException();
                }

                TrainerLog.ScheduleDue(logger, work == DueWork.Training ? "training" : "refresh", reason);
                return work == DueWork.Refresh
                    ? await refresh.PrepareAsync(activate: true, token)
                    : await training.PrepareAsync(
                        TrainingSettings.Read(_options.ScheduleSettings.Length > 0 ? TrainingFile.Read(_options.ScheduleSettings) : new Dictionary<string, string>()),
                        activate: true,
                        force: false,
                        token);
            },
            cancellationToken);
    }

    private async Task<(DueWork Work, string Reason)> FindDueAsync(CancellationToken cancellationToken) =>
        (await ReadStateAsync(cancellationToken)).Decide(_options, clock.GetUtcNow());

    private async Task<ScheduleState> ReadStateAsync(CancellationToken cancellationToken)
    {
        var active = await models.GetActiveAsync(cancellationToken);
        var versions = new List<ModelVersionRow>();
        string? page = null;
        do
        {
            var read = await models.ListAsync(VersionsAtOnce, page, cancellationToken);
            versions.AddRange(read.Models);
            page = read.NextPageToken;
        }
        while (page is not null);

        var trained = versions.FirstOrDefault(version => version.BaseVersion is null && version.Status is ModelStatus.Ready or ModelStatus.Refused);
        var current = versions.FirstOrDefault(version => version.Version == active?.Version);
        return new ScheduleState(
            trained?.CreatedAt,
            RowsOf(trained),
            current?.CreatedAt,
            RowsOf(current),
            versions.FirstOrDefault(version => version.Status == ModelStatus.Failed)?.CreatedAt,
            (await lake.ListListensAsync(cancellationToken)).Sum(segment => segment.Rows));
    }

    private static long RowsOf(ModelVersionRow? version) => (long)(version?.Metrics.GetValueOrDefault("data/rows") ?? 0);

    private sealed class NothingDueException : Exception;
}

/// <summary>What the schedule decides by.</summary>
/// <param name="LastTrainedAt">When the newest version that was trained, well or refused, was begun; null when there is none.</param>
/// <param name="TrainedRows">Rows of the lake that it read.</param>
/// <param name="LastRefreshedAt">When the active version was begun; null when none is active.</param>
/// <param name="RefreshedRows">Rows of the lake that it read.</param>
/// <param name="LastFailedAt">When the newest version that failed was begun; null when none is kept.</param>
/// <param name="Rows">Rows that the lake has now.</param>
internal sealed record ScheduleState(
    DateTimeOffset? LastTrainedAt, long TrainedRows, DateTimeOffset? LastRefreshedAt, long RefreshedRows, DateTimeOffset? LastFailedAt, long Rows)
{
    /// <summary>After a failure nothing is started for so long.</summary>
    public static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMinutes(15);

    /// <summary>Says what is due and why.</summary>
    public (DueWork Work, string Reason) Decide(TrainerOptions options, DateTimeOffset now)
    {
        if (Rows == 0 || now - LastFailedAt < PauseAfterFailure)
        {
            return (DueWork.None, "");
        }

        if (LastTrainedAt is null)
        {
            var trains = options.RetrainEvery > TimeSpan.Zero || (options.RetrainAfterListens > 0 && Rows >= options.RetrainAfterListens);
            return trains ? (DueWork.Training, "there is no model yet") : (DueWork.None, "");
        }

        if (options.RetrainEvery > TimeSpan.Zero && now - LastTrainedAt >= options.RetrainEvery)
        {
            return (DueWork.Training, $"the last training began at {LastTrainedAt:u}");
        }

        if (options.RetrainAfterListens > 0 && Rows - TrainedRows >= options.RetrainAfterListens)
        {
            return (DueWork.Training, $"{Rows - TrainedRows:N0} listens came since the last training");
        }

        return options.RefreshEvery > TimeSpan.Zero && now - LastRefreshedAt >= options.RefreshEvery && Rows > RefreshedRows
            ? (DueWork.Refresh, $"{Rows - RefreshedRows:N0} listens came since the active version was made")
            : (DueWork.None, "");
    }
}

/// <summary>What the schedule has to start.</summary>
internal enum DueWork
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A training.</summary>
    Training,

    /// <summary>A refresh of the active version.</summary>
    Refresh,
}
