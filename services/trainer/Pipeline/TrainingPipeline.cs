using RecSys.Data.Deletions;
using RecSys.Data.Models;
using RecSys.Hosting.Errors;
using RecSys.Lake;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Ranker;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Pipeline;

/// <summary>A training, from the lake to a published version. Nobody sees anything of the version before the last step.</summary>
internal sealed class TrainingPipeline(
    ReadStep read,
    SplitStep split,
    FitStep fit,
    ListensStep listens,
    PublishStep publish,
    ModelStore versions,
    DeletedUserStore deletedUsers,
    CheckpointStore checkpoints,
    ListenLake lake,
    ProgressBoard board,
    TimeProvider clock,
    ILogger<TrainingPipeline> logger)
{
    /// <summary>
    /// Trains a version whose record exists. Each step's outcome is kept in the work folder, so that a training that was killed goes on
    /// after its last finished step. In memory it stays until it is released: logs are as large as the memory of the machine allows.
    /// </summary>
    /// <param name="job">What to train.</param>
    /// <param name="steps">Runs the steps, or takes what they made from the work folder.</param>
    /// <param name="stop">Ends the training early; what is finished stays in the work folder.</param>
    public async Task RunAsync(TrainingJob job, TrainingSteps steps, CancellationToken stop)
    {
        var settings = job.Settings;
        steps.ReportResumption();
        var log = await steps.KeepAsync("read", progress => read.RunAsync(settings, progress, stop));

        // What the models are worth: fitted without the plays that are withheld, measured on these.
        var (holdout, fitted, measured) = (Kept.Of(Holdout.None), Kept<FittedModels>.None, Kept.Of(Measurement.None));
        if (job.IsMeasured)
        {
            holdout = await steps.KeepAsync("split", progress => split.RunAsync(log.Value, settings, progress, stop));
            fitted = await steps.KeepAsync(
                "models",
                progress => fit.MeasuredAsync(log.Value, holdout.Value, settings, progress, stop),
                reader => FittedModels.Read(reader, log.Value, holdout.Value, settings));
            measured = await steps.KeepAsync(
                "evaluate", progress => EvaluateStep.RunAsync(log.Value, holdout.Value, fitted.Value, settings, progress, stop));
            fitted.Shrink(FittedModels.AlsAlone);
        }

        // The ranker learns what users went on to hear at several cuts of what is not withheld, and is measured on what is.
        var (history, ranker) = (Kept<CataloguedListens>.None, Kept.Of(RankerOutcome.None("no ranker is wanted")));
        if (job.IsRanked)
        {
            history = await steps.KeepAsync("listens", progress => listens.RunAsync(log.Value, progress, stop));
            var examples = await steps.KeepAsync(
                "candidates", progress => CandidatesStep.RunAsync(log.Value, history.Value, holdout.Value, settings, progress, stop));
            ranker = await steps.KeepAsync("ranker", progress => RankerStep.RunAsync(examples, log, history, holdout, fitted, settings, progress, stop));
            examples.Release();
        }

        holdout.Release();
        fitted.Release();

        // What is published is fitted to everything.
        var published = await steps.KeepAsync(
            "refit", progress => fit.PublishedAsync(log.Value, settings, progress, stop), reader => FittedModels.Read(reader, log.Value, null, settings));
        var similar = await steps.KeepAsync(
            "similar", progress => TrackListsStep.SimilarAsync(steps.ListsOf("similar"), published.Value, settings, progress, stop));
        var next = await steps.KeepAsync(
            "next", progress => TrackListsStep.NextAsync(steps.ListsOf("next"), published.Value.Markov, settings, progress, stop));
        var sources = job.IsRanked
            ? await steps.KeepAsync("sources", progress => SourcesStep.RunAsync(log.Value, history.Value, settings, progress, stop))
            : Kept<CandidateSources>.None;
        var lists = await steps.KeepAsync("lists", progress => ranker.Value.IsTrained
            ? ListsStep.RankedAsync(
                steps.ListsOf("lists"), log.Value, published.Value, history.Value, sources.Value, ranker.Value, settings, progress, stop)
            : ListsStep.RunAsync(steps.ListsOf("lists"), published.Value, settings, progress, stop));

        var measurement = measured.Value.With(ranker.Value);
        await steps.RunAsync("store", progress => publish.StoreAsync(
            job.ModelVersion, log.Value, published.Value, similar.Value, next.Value, lists.Value, measurement.Users, settings, progress, stop));
        published.Release();
        if (job.IsRanked)
        {
            await steps.RunAsync(
                "store-ranker", progress => publish.StoreRankerAsync(job.ModelVersion, ranker.Value, history.Value, sources.Value, progress, stop));
            history.Release();
            sources.Release();
        }

        await steps.RunAsync("publish", progress => publish.PublishAsync(job, log.Value, measurement, steps, progress, stop));
    }

    /// <summary>Makes a training ready to run: its version's record, and what it goes on from.</summary>
    /// <param name="settings">All its settings.</param>
    /// <param name="activate">Whether the version becomes the active one.</param>
    /// <param name="force">Whether it does so even if it is measured to be worse than the active one.</param>
    /// <param name="cancellationToken">Ends the preparation.</param>
    /// <exception cref="RecSysException">FAILED_PRECONDITION: the work folder can't be used.</exception>
    public async Task<TrainingWork> PrepareAsync(TrainingSettings settings, bool activate, bool force, CancellationToken cancellationToken)
    {
        var version = VersionWriter.NewVersion(clock.GetUtcNow());
        var job = new TrainingJob(version, settings, IsRanked(version, settings), activate, force);

        // Asked before the lake is: whoever is deleted later may be in what is read.
        var heeded = await deletedUsers.ReadNumberAsync(cancellationToken);
        var checkpoint = await OpenAsync(settings, heeded, cancellationToken);
        try
        {
            await versions.BeginAsync(job.ModelVersion, settings.ToText(), cancellationToken, heededDeletions: heeded);
            var plan = Plan(job);
            checkpoint.KeepOnly(plan.Select(step => step.Name));
            var reporter = new TrainingReporter(job.ModelVersion, plan, board, clock);
            return new TrainingWork(
                job.ModelVersion,
                checkpoint.Steps is [.., var last] ? last.Name : "",
                reporter,
                token => RunAsync(job, new TrainingSteps(job.ModelVersion, checkpoint, reporter, clock, logger), token),
                checkpoint.Remove,
                checkpoint);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    // Where the library is missing, that is said once for each training.
    private bool IsRanked(string version, TrainingSettings settings)
    {
        if (!settings.Get(RankerSettings.Enabled) || !settings.Get(TrainingSettings.AlsEnabled))
        {
            return false;
        }

        if (LightGbm.Missing is { } remedy)
        {
            TrainerLog.NoRankerTrained(logger, version, remedy);
        }

        return LightGbm.Missing is null;
    }

    // Weights are seconds of a training on 300,000 listens of 2,000 users and 5,000 tracks on two cores.
    private static PlannedStep[] Plan(TrainingJob job) =>
    [
        new("read", 1),
        .. job.IsMeasured ? [new("split", 1), new("models", 5), new("evaluate", 2)] : Array.Empty<PlannedStep>(),
        .. job.IsRanked ? [new("listens", 1), new("candidates", 12), new("ranker", 8)] : Array.Empty<PlannedStep>(),
        new("refit", 4), new("similar", 2), new("next", 0.5),
        .. job.IsRanked ? [new("sources", 3)] : Array.Empty<PlannedStep>(),
        new("lists", 2), new("store", 1),
        .. job.IsRanked ? [new("store-ranker", 1)] : Array.Empty<PlannedStep>(),
        new("publish", 0.2),
    ];

    private async Task<TrainingCheckpoint> OpenAsync(TrainingSettings settings, long heededDeletions, CancellationToken cancellationToken)
    {
        var segments = await lake.ListListensAsync(cancellationToken);
        try
        {
            return checkpoints.Open(settings, [.. segments.Select(segment => segment.Path)], heededDeletions);
        }
        catch (WorkFolderException exception)
        {
            throw RecSysException.FailedPrecondition("WORK_FOLDER_UNUSABLE", exception.Message);
        }
    }
}

/// <summary>One training to be done.</summary>
/// <param name="ModelVersion">The version that it makes.</param>
/// <param name="Settings">All its settings.</param>
/// <param name="IsRanked">Whether a ranker is trained.</param>
/// <param name="Activate">Whether the version becomes the active one.</param>
/// <param name="Force">Whether it does so even if it is measured to be worse than the active one.</param>
internal sealed record TrainingJob(string ModelVersion, TrainingSettings Settings, bool IsRanked, bool Activate, bool Force)
{
    /// <summary>Whether plays are withheld to measure on.</summary>
    public bool IsMeasured { get; } = Settings.Get(TrainingSettings.Evaluate);
}
