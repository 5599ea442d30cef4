using RecSys.Algorithms.Als;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.NextTracks;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using RecSys.Hosting.Errors;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Refreshing;

/// <summary>
/// Derives a version from the active one without a new fit: users who have listened since get new factors and lists, new tracks get
/// factors and similar tracks, popular and next tracks are counted again; the rest is copied. The version is whole: it goes on when
/// the one that it came from is deleted.
/// </summary>
internal sealed class RefreshPipeline(
    ReadStep read,
    ModelStore models,
    ArtifactStore artifacts,
    RefreshWriter writer,
    ModelActivation activation,
    DatabasePatience patience,
    ProgressBoard board,
    TimeProvider clock,
    ILogger<RefreshPipeline> logger)
{
    private static readonly PlannedStep[] Plan = [new("read", 1), new("fold-in", 1), new("store", 2), new("publish", 0.2)];

    /// <summary>Makes a refresh of the active version ready to run.</summary>
    /// <param name="activate">Whether the new version becomes the active one.</param>
    /// <param name="cancellationToken">Ends the preparation.</param>
    /// <exception cref="RecSysException">FAILED_PRECONDITION: no version is active, or it has no factors to refresh.</exception>
    public async Task<TrainingWork> PrepareAsync(bool activate, CancellationToken cancellationToken)
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

        var version = VersionWriter.NewVersion(clock.GetUtcNow());

        // What is copied heeds no more deletions than the version that it comes from.
        await models.BeginAsync(version, from.Settings, cancellationToken, from.Version, from.HeededDeletions);
        var reporter = new TrainingReporter(version, Plan, board, clock);
        return new TrainingWork(version, "", reporter, token => RunAsync(version, from, activate, reporter, token), () => { }, null);
    }

    /// <summary>Refreshes into a version whose record exists.</summary>
    /// <param name="version">The new version.</param>
    /// <param name="from">The version that it is derived from.</param>
    /// <param name="activate">Whether it becomes the active one, if <paramref name="from"/> still is.</param>
    /// <param name="reporter">Receives the progress.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    private async Task RunAsync(
        string version, ModelVersionRow from, bool activate, TrainingReporter reporter, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var settings = TrainingSettings.Read(from.Settings);
        var log = await read.RunAsync(settings, reporter.Begin("read"), cancellationToken);

        var progress = reporter.Begin("fold-in");
        progress.Report(0, $"comparing with version {from.Version}");
        var before = await patience.RunAsync(token => LoadAsync(from.Version, token), cancellationToken);
        var refreshed = await Task.Run(() => Solve(settings, log, before, cancellationToken), cancellationToken);
        var changes = refreshed.Changes;
        progress.Report(
            1,
            $"{changes.ChangedUsers.Length:N0} users have listened or are new, {changes.GoneUsers.Length:N0} are gone; "
            + $"{changes.NewTracks.Length:N0} tracks are new");

        progress = reporter.Begin("store");
        await writer.WriteAsync(version, from.Version, refreshed, progress, cancellationToken);

        progress = reporter.Begin("publish");
        var result = new ModelResult(
            Metrics(from, refreshed), log.UserIds.Length, log.TrackIds.Length, log.Plays.CellCount, clock.GetElapsedTime(started));
        progress.Report(1, await PublishAsync(version, result, from.Version, activate, cancellationToken));
        TrainerLog.Refreshed(
            logger, version, from.Version, changes.ChangedUsers.Length, changes.NewTracks.Length, clock.GetElapsedTime(started).TotalSeconds);
    }

    private static RefreshedModels Solve(
        TrainingSettings settings, TrainingLog log, BaseVersion before, CancellationToken cancellationToken)
    {
        var changes = LogChanges.Find(log, before);
        var pairs = log.PairsOf(null, settings);
        var fitted = new FittedModels
        {
            Popularity = PopularityModel.Fit(log.Plays, PopularityMeasure.Users),
            Als = FactorRefresh.Solve(log, before, changes, settings.AlsOptions(), cancellationToken),
            Markov = pairs is { Count: > 0 } ? MarkovModel.Fit(pairs, settings.MarkovOptions(), seen: log.Plays) : null,
            FitSeconds = new Dictionary<string, double>(),
        };
        return new RefreshedModels(settings, log, changes, fitted);
    }

    // How good the fit is was measured once; how it compared and how long it took is not this version's.
    private static Dictionary<string, double> Metrics(ModelVersionRow from, RefreshedModels refreshed)
    {
        var metrics = from.Metrics
            .Where(metric => !metric.Key.StartsWith("gate/", StringComparison.Ordinal) && !metric.Key.StartsWith("stage/", StringComparison.Ordinal))
            .ToDictionary(metric => metric.Key, metric => metric.Value);
        metrics["data/listens"] = refreshed.Log.ListenCount;
        metrics["data/rows"] = refreshed.Log.RowCount;
        metrics["refresh/users"] = refreshed.Changes.ChangedUsers.Length;
        metrics["refresh/tracks"] = refreshed.Changes.NewTracks.Length;
        return metrics;
    }

    private async Task<string> PublishAsync(string version, ModelResult result, string from, bool activate, CancellationToken cancellationToken)
    {
        if (!activate)
        {
            await patience.RunAsync(token => models.FinishAsync(version, result, token), cancellationToken);
            return "ready, not activated";
        }

        // Whoever has activated another version meanwhile had a reason.
        return await patience.RunAsync(token => activation.PublishAsync(version, result, replaced: from, token), cancellationToken)
            ? "published"
            : $"ready, not activated: {from}, which it was refreshed from, is not active any more";
    }

    private async Task<BaseVersion> LoadAsync(string version, CancellationToken cancellationToken)
    {
        var users = await artifacts.ReadMatrixAsync(version, ArtifactNames.AlsUserFactors, cancellationToken) ?? throw Missing(ArtifactNames.AlsUserFactors);
        var tracks = await artifacts.ReadMatrixAsync(version, ArtifactNames.AlsItemFactors, cancellationToken) ?? throw Missing(ArtifactNames.AlsItemFactors);
        return new BaseVersion(
            await artifacts.ReadTextsAsync(version, ArtifactNames.UserIds, cancellationToken) ?? throw Missing(ArtifactNames.UserIds),
            await artifacts.ReadTextsAsync(version, ArtifactNames.TrackIds, cancellationToken) ?? throw Missing(ArtifactNames.TrackIds),
            FactorMatrix.FromRows(users.RowCount, users.ColumnCount, users.Values),
            FactorMatrix.FromRows(tracks.RowCount, tracks.ColumnCount, tracks.Values),
            await artifacts.ReadInt64Async(version, ArtifactNames.HeardOffsets, cancellationToken) ?? throw Missing(ArtifactNames.HeardOffsets),
            await artifacts.ReadInt32Async(version, ArtifactNames.HeardItems, cancellationToken) ?? throw Missing(ArtifactNames.HeardItems),
            await artifacts.ReadInt32Async(version, ArtifactNames.HeardPlays, cancellationToken) ?? throw Missing(ArtifactNames.HeardPlays));

        InvalidDataException Missing(string name) =>
            new($"Model version {version} has no artifact '{name}', so it can't be refreshed. Train a new version.");
    }
}

/// <summary>What a refresh has made, before it is stored.</summary>
/// <param name="Settings">Of the version that it comes from.</param>
/// <param name="Log">All plays.</param>
/// <param name="Changes">How they differ from that version's.</param>
/// <param name="Models">The factors, and what was counted again.</param>
internal sealed record RefreshedModels(TrainingSettings Settings, TrainingLog Log, LogChanges Changes, FittedModels Models);
