using RecSys.Analytics.Listens;
using RecSys.Data.Models;
using RecSys.Lake;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Stages;

namespace RecSys.Trainer.Trainings;

/// <summary>The stages of a training, with what each takes and makes.</summary>
internal sealed class TrainingStages(
    ReadStage read,
    SplitStage split,
    ModelsStage fit,
    EvaluateStage evaluate,
    SimilarStage similar,
    NextStage next,
    ListsStage lists,
    StoreStage store,
    PublishStage publish,
    RankingStages ranking)
{
    /// <summary>The stages that a training with these settings goes through, in order.</summary>
    /// <param name="job">The training.</param>
    /// <param name="times">How long those before the last took, once it is reached.</param>
    public IReadOnlyList<PipelineStage> Of(TrainingJob job, StageTimes times)
    {
        var settings = job.Settings;

        // Weights are seconds of a training on 300,000 listens of 2,000 users and 5,000 tracks on two cores.
        PipelineStage[] measuring =
        [
            Stage("split", 1, [TrainingOutputs.Log], TrainingOutputs.Holdout, SplitAsync),
            Stage(
                "models", 5, [TrainingOutputs.Log, TrainingOutputs.Holdout], TrainingOutputs.MeasuredModels,
                (values, progress, token) =>
                {
                    var holdout = values.Get(TrainingOutputs.Holdout);
                    return fit.RunAsync(
                        new ModelsInput(holdout.Train, TrainingOutputs.PairsOf(values, holdout), settings, OnlyPublished: false), progress, token);
                }),
            Stage(
                "evaluate", 2, [TrainingOutputs.Log, TrainingOutputs.Holdout, TrainingOutputs.MeasuredModels], TrainingOutputs.Measurement,
                async (values, progress, token) =>
                {
                    var holdout = values.Get(TrainingOutputs.Holdout);
                    var userIds = values.Get(TrainingOutputs.Log).UserIds;
                    var models = values.Get(TrainingOutputs.MeasuredModels);
                    var measurement = await evaluate.RunAsync(
                        new EvaluateInput(Array.ConvertAll(holdout.UserIndices, user => userIds[user]), holdout, models, settings), progress, token);

                    // Of the models, later stages take ALS alone.
                    values.Set(TrainingOutputs.MeasuredModels, models with { ItemNeighbors = null, UserNeighbors = null, Markov = null });
                    return measurement;
                }),
        ];
        var isMeasured = settings.Get(TrainingSettings.Evaluate);
        var isRanked = ranking.IsWanted(job);
        StageOutput[] measurement = isMeasured ? [TrainingOutputs.Measurement] : [];
        return
        [
            Stage(
                "read", 1, [], TrainingOutputs.Log,
                (_, progress, token) => read.RunAsync(
                    new InteractionQuery { KeepsListenTimes = settings.Get(TrainingSettings.MarkovEnabled) }, progress, token)),
            .. isMeasured ? measuring : [],
            .. isRanked ? ranking.Training(settings, isMeasured) : [],
            Stage(
                "refit", 4, [TrainingOutputs.Log], TrainingOutputs.Models,
                (values, progress, token) => fit.RunAsync(
                    new ModelsInput(values.Get(TrainingOutputs.Log).Plays, TrainingOutputs.PairsOf(values, null), settings, OnlyPublished: true),
                    progress,
                    token)),
            Stage(
                "similar", 2, [TrainingOutputs.Log, TrainingOutputs.Models], TrainingOutputs.Similar,
                (values, progress, token) => similar.RunAsync(
                    new SimilarInput(
                        TrainingOutputs.FileOf(values, TrainingOutputs.Similar),
                        values.Get(TrainingOutputs.Log).TrackIds.Length,
                        SimilarTracks.Of(values.Get(TrainingOutputs.Models), settings.Get(TrainingSettings.SimilarTracks)),
                        settings.Get(TrainingSettings.SimilarCount)),
                    progress,
                    token)),
            Stage(
                "next", 0.5, [TrainingOutputs.Log, TrainingOutputs.Models], TrainingOutputs.Next,
                (values, progress, token) => next.RunAsync(
                    new NextInput(
                        TrainingOutputs.FileOf(values, TrainingOutputs.Next),
                        values.Get(TrainingOutputs.Models).Markov,
                        settings.Get(TrainingSettings.NextCount),
                        settings.Get(TrainingSettings.NextTracks)),
                    progress,
                    token)),
            .. isRanked ? [RankingStages.Sources(settings)] : Array.Empty<PipelineStage>(),
            Stage(
                "lists", 2, [TrainingOutputs.Log, TrainingOutputs.Models, .. isRanked ? RankingStages.ListInputs : []], TrainingOutputs.Personal,
                async (values, progress, token) => (isRanked
                    ? await ranking.ListsAsync(values, TrainingOutputs.FileOf(values, TrainingOutputs.Personal), settings, progress, token)
                    : null) ?? await lists.RunAsync(
                    new ListsInput(
                        TrainingOutputs.FileOf(values, TrainingOutputs.Personal),
                        values.Get(TrainingOutputs.Models),
                        values.Get(TrainingOutputs.Log).UserIds.Length,
                        settings.Get(TrainingSettings.PersonalCount),
                        settings.Get(TrainingSettings.Threads)),
                    progress,
                    token)),
            new PipelineStage(
                "store", 1,
                [
                    TrainingOutputs.Log, TrainingOutputs.Models, TrainingOutputs.Similar, TrainingOutputs.Next, TrainingOutputs.Personal,
                    .. measurement, .. isRanked ? [RankingOutputs.Ranker] : Array.Empty<StageOutput>(),
                ],
                [],
                (values, progress, token) => store.RunAsync(
                    new StoreInput(
                        job.ModelVersion,
                        values.Get(TrainingOutputs.Log),
                        values.Get(TrainingOutputs.Models),
                        settings.Get(TrainingSettings.PopularCount),
                        values.Get(TrainingOutputs.Similar),
                        values.Get(TrainingOutputs.Next),
                        values.Get(TrainingOutputs.Personal),
                        MeasurementOf(values).Users),
                    progress,
                    token)),
            .. isRanked ? [ranking.Store(job)] : Array.Empty<PipelineStage>(),
            new PipelineStage(
                "publish", 0.2, [TrainingOutputs.Log, .. measurement, .. isRanked ? [RankingOutputs.Ranker] : Array.Empty<StageOutput>()], [],
                async (values, progress, token) =>
                {
                    var log = values.Get(TrainingOutputs.Log);
                    var measured = MeasurementOf(values);
                    var ranked = isRanked ? values.Get(RankingOutputs.Ranker).Metrics : new Dictionary<string, double>();
                    var metrics = new Dictionary<string, double>(measured.Metrics.Concat(times.ToMetrics()).Concat(ranked))
                    {
                        ["data/listens"] = log.ListenCount,
                        ["data/rows"] = log.RowCount,
                    };
                    var result = new ModelResult(metrics, log.UserIds.Length, log.TrackIds.Length, log.Plays.CellCount, times.Total);
                    var outcome = await publish.RunAsync(
                        new PublishInput(job.ModelVersion, result, measured.Users, settings, job.Activate, job.Force), progress, token);
                    progress.Report(1, outcome);
                }),
        ];

        // What users get is the final list where a ranker makes it.
        Measurement MeasurementOf(StageValues values)
        {
            var measured = isMeasured ? values.Get(TrainingOutputs.Measurement) : Measurement.None;
            return isRanked && values.Get(RankingOutputs.Ranker).UserNdcg is { Length: > 0 } ranked
                ? measured with { Users = measured.Users with { Personal = ranked } }
                : measured;
        }

        async Task<Holdout> SplitAsync(StageValues values, StageProgress progress, CancellationToken cancellationToken)
        {
            var log = values.Get(TrainingOutputs.Log);
            var input = SplitInput.Of(log, settings);
            return await split.RunAsync(input, progress, cancellationToken) is { } parts
                ? Holdout.From(parts, SplitStage.FindCut(input))
                : Holdout.NothingOf(log);
        }
    }

    private static PipelineStage Stage<T>(
        string name,
        double weight,
        IReadOnlyList<StageOutput> inputs,
        StageOutput<T> output,
        Func<StageValues, StageProgress, CancellationToken, Task<T>> run)
        where T : class => new(
        name, weight, inputs, [output],
        async (values, progress, token) => values.Set(output, await run(values, progress, token)));
}
