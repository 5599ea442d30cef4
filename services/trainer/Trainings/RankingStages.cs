using RecSys.Algorithms.Ranking.Features;
using RecSys.Algorithms.Ranking.Trees;
using RecSys.Trainer.Boosting;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Ranking;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Stages;
using RecSys.Trainer.Stages.Ranking;

namespace RecSys.Trainer.Trainings;

/// <summary>The stages of candidates and ranking: listens → ranker, then sources → final lists of what is published.</summary>
internal sealed class RankingStages(ListensStage listens, RankerStage ranker, RankedListsStage lists, RankerWriter writer, ILogger<RankingStages> logger)
{
    /// <summary>Whether a ranker is trained. Where XGBoost's library is missing, that is said once for each training.</summary>
    public bool IsWanted(TrainingJob job)
    {
        if (!job.Settings.Get(RankerSettings.Enabled) || !job.Settings.Get(TrainingSettings.AlsEnabled))
        {
            return false;
        }

        if (!BoostingLibrary.IsAvailable)
        {
            TrainerLog.NoRankerTrained(logger, job.ModelVersion, BoostingLibrary.Remedy);
        }

        return BoostingLibrary.IsAvailable;
    }

    /// <summary>Reads what ranking needs, and trains and measures the ranker.</summary>
    /// <param name="settings">Of the training.</param>
    /// <param name="isMeasured">Whether something is withheld to measure on.</param>
    public PipelineStage[] Training(TrainingSettings settings, bool isMeasured) =>
    [
        new PipelineStage(
            "listens", 1, [TrainingOutputs.Log], [RankingOutputs.Listens],
            async (values, progress, token) =>
                values.Set(RankingOutputs.Listens, await listens.RunAsync(values.Get(TrainingOutputs.Log), progress, token))),
        new PipelineStage(
            "ranker", 20,
            [TrainingOutputs.Log, RankingOutputs.Listens, .. isMeasured ? [TrainingOutputs.Holdout, TrainingOutputs.MeasuredModels] : Array.Empty<StageOutput>()],
            [RankingOutputs.Ranker],
            async (values, progress, token) =>
            {
                var holdout = isMeasured ? values.Get(TrainingOutputs.Holdout) : null;
                var log = values.Get(TrainingOutputs.Log);
                var input = new RankerInput(
                    values.Get(RankingOutputs.Listens),
                    SplitStage.FindCut(SplitInput.Of(log, settings)) is not null,
                    holdout,
                    isMeasured ? values.Get(TrainingOutputs.MeasuredModels).Als : null,
                    holdout is null ? [] : Array.ConvertAll(holdout.UserIndices, user => log.UserIds[user]),
                    settings);
                var outcome = await ranker.RunAsync(input, progress, token);
                progress.Report(1, outcome.Message);
                values.Set(RankingOutputs.Ranker, outcome);
            }),
    ];

    /// <summary>Fits the other sources to all listens.</summary>
    public static PipelineStage Sources(TrainingSettings settings) => new(
        "sources", 3, [TrainingOutputs.Log, TrainingOutputs.Models, RankingOutputs.Listens], [RankingOutputs.Parts],
        (values, progress, token) => Task.Run(
            () =>
            {
                progress.Report(0, "neighbours and next tracks");
                var log = values.Get(RankingOutputs.Listens);
                var sources = SourceModels.Fit(
                    values.Get(TrainingOutputs.Log).Plays, log.Listens, values.Get(TrainingOutputs.Models).Als!, settings.SourceSettings(), token);
                values.Set(
                    RankingOutputs.Parts,
                    new RankingParts(sources.ItemNeighbors, sources.UserNeighbors, sources.Next, ItemStatistics.From(log.Listens)));
                progress.Report(1, "neighbours and next tracks" + settings.NeighborLimits(values.Get(TrainingOutputs.Log).Plays));
            },
            token));

    /// <summary>What the final lists take beside what the lists of one model do.</summary>
    public static IReadOnlyList<StageOutput> ListInputs { get; } = [RankingOutputs.Listens, RankingOutputs.Ranker, RankingOutputs.Parts];

    /// <summary>Makes the final lists.</summary>
    /// <returns>Null where no ranker could be trained.</returns>
    public async Task<Checkpoints.ListFile?> ListsAsync(
        StageValues values, string path, TrainingSettings settings, StageProgress progress, CancellationToken cancellationToken)
    {
        var outcome = values.Get(RankingOutputs.Ranker);
        return outcome.IsTrained
            ? await lists.RunAsync(
                new RankedListsInput(
                    path,
                    values.Get(TrainingOutputs.Log).Plays,
                    values.Get(TrainingOutputs.Models),
                    values.Get(RankingOutputs.Listens),
                    values.Get(RankingOutputs.Parts),
                    TreeEnsemble.Parse(outcome.Trees),
                    settings),
                progress,
                cancellationToken)
            : null;
    }

    /// <summary>Stores what the services load for ranking.</summary>
    public PipelineStage Store(TrainingJob job) => new(
        "store-ranker", 1, [RankingOutputs.Listens, RankingOutputs.Ranker, RankingOutputs.Parts], [],
        async (values, progress, token) =>
        {
            var outcome = values.Get(RankingOutputs.Ranker);
            if (outcome.IsTrained)
            {
                progress.Report(0, "trees, statistics and links");
                await writer.WriteAsync(job.ModelVersion, outcome, values.Get(RankingOutputs.Listens), values.Get(RankingOutputs.Parts), token);
            }
        });
}
