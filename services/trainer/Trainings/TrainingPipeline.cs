using RecSys.Algorithms.Als;
using RecSys.Data.Models;
using RecSys.Lake;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Stages;

namespace RecSys.Trainer.Trainings;

/// <summary>
/// All stages of a training, one after another: read → (split → fit → evaluate) → refit → similar → lists → store → publish.
/// Nobody sees anything of the version before the last one.
/// </summary>
internal sealed class TrainingPipeline(
    ReadStage read,
    SplitStage split,
    FitStage fit,
    EvaluateStage evaluate,
    SimilarStage similar,
    ListsStage lists,
    StoreStage store,
    PublishStage publish,
    TimeProvider clock,
    ILogger<TrainingPipeline> logger)
{
    /// <summary>Trains a version whose record exists.</summary>
    public async Task RunAsync(TrainingJob job, TrainingReporter reporter, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var settings = job.Settings;
        var als = AlsSettingsOf(settings);
        var threads = settings.Get(TrainingSettings.Threads);

        var log = await RunAsync(StageNames.Read, read, InteractionQuery.All);
        var metrics = settings.Get(TrainingSettings.Evaluate) ? await MeasureAsync() : new Dictionary<string, double>();
        var models = await RunAsync(StageNames.Refit, fit, new FitInput(log.Plays, als));
        await RunAsync(
            StageNames.Similar,
            similar,
            new SimilarInput(job.ModelVersion, log.TrackIds, models.Als, settings.Get(TrainingSettings.SimilarCount)));
        await RunAsync(
            StageNames.Lists,
            lists,
            new ListsInput(job.ModelVersion, log, models, settings.Get(TrainingSettings.PersonalCount), threads));
        await RunAsync(
            StageNames.Store,
            store,
            new StoreInput(job.ModelVersion, log, models, settings.Get(TrainingSettings.PopularCount)));
        var result = new ModelResult(
            metrics, log.UserIds.Length, log.TrackIds.Length, log.Plays.CellCount, clock.GetElapsedTime(started));
        await RunAsync(StageNames.Publish, publish, new PublishInput(job.ModelVersion, result, job.Activate));

        async Task<IReadOnlyDictionary<string, double>> MeasureAsync()
        {
            var input = new SplitInput(log, settings.Get(TrainingSettings.TestShare), settings.Get(TrainingSettings.TestDays));
            if (await RunAsync(StageNames.Split, split, input) is not { } parts)
            {
                return new Dictionary<string, double>();
            }

            var fitted = await RunAsync(StageNames.Fit, fit, new FitInput(parts.Train, als));
            return await RunAsync(
                StageNames.Evaluate,
                evaluate,
                new EvaluateInput(
                    parts, fitted, settings.Get(TrainingSettings.EvaluateUsers), settings.Get(TrainingSettings.Seed), threads));
        }

        async Task<TOutput> RunAsync<TInput, TOutput>(string name, IStage<TInput, TOutput> stage, TInput input)
        {
            var begun = clock.GetTimestamp();
            var progress = reporter.Begin(name);
            var output = await stage.RunAsync(input, progress, cancellationToken);
            progress.Report(1);
            TrainerLog.StageDone(logger, job.ModelVersion, name, progress.Message, clock.GetElapsedTime(begun).TotalSeconds);
            return output;
        }
    }

    private static AlsSettings AlsSettingsOf(TrainingSettings settings) => new()
    {
        FactorCount = settings.Get(TrainingSettings.AlsFactors),
        Iterations = settings.Get(TrainingSettings.AlsIterations),
        Regularization = (float)settings.Get(TrainingSettings.AlsRegularization),
        RegularizationExponent = (float)settings.Get(TrainingSettings.AlsRegularizationExponent),
        Confidence = settings.Get(TrainingSettings.AlsConfidence) switch
        {
            ConfidenceChoice.Linear => AlsConfidence.Linear,
            ConfidenceChoice.Log => AlsConfidence.Log,
            _ => AlsConfidence.Uniform,
        },
        Alpha = (float)settings.Get(TrainingSettings.AlsAlpha),
        UnobservedWeight = settings.Get(TrainingSettings.AlsUnobservedWeight) is > 0 and var weight ? (float)weight : null,
        Solver = settings.Get(TrainingSettings.AlsSolver) == SolverChoice.Cg ? AlsSolver.ConjugateGradient : AlsSolver.Cholesky,
        ConjugateGradientSteps = settings.Get(TrainingSettings.AlsCgSteps),
        Seed = settings.Get(TrainingSettings.Seed),
        ThreadCount = settings.Get(TrainingSettings.Threads),
    };
}
