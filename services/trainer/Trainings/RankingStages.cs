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

/// <summary>The stages of candidates and ranking: listens → candidates → ranker, then sources → final lists of what is published.</summary>
internal sealed class RankingStages(
    ListensStage listens, CandidatesStage candidates, RankerStage ranker, RankedListsStage lists, RankerWriter writer, ILogger<RankingStages> logger)
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
    public PipelineStage[] Training(TrainingSettings settings, bool isMeasured)
    {
        StageOutput[] withheld = isMeasured ? [TrainingOutputs.Holdout] : [];
        StageOutput[] models = isMeasured ? [TrainingOutputs.MeasuredModels] : [];
        return
        [
            new PipelineStage(
                "listens", 1, [TrainingOutputs.Log], [RankingOutputs.Listens],
                async (values, progress, token) =>
                    values.Set(RankingOutputs.Listens, await listens.RunAsync(values.Get(TrainingOutputs.Log), progress, token))),
            new PipelineStage(
                "candidates", 12, [TrainingOutputs.Log, RankingOutputs.Listens, .. withheld], [RankingOutputs.Examples],
                async (values, progress, token) =>
                {
                    var log = MeasuredSplit(values, isMeasured)?.Before ?? values.Get(RankingOutputs.Listens);
                    var hasOrder = SplitStage.FindCut(SplitInput.Of(values.Get(TrainingOutputs.Log), settings)) is not null;
                    values.Set(RankingOutputs.Examples, await candidates.RunAsync(new CandidatesInput(log, hasOrder, settings), progress, token));
                }),
            new PipelineStage(
                "ranker", 8, [TrainingOutputs.Log, RankingOutputs.Listens, RankingOutputs.Examples, .. withheld, .. models], [RankingOutputs.Ranker],
                async (values, progress, token) =>
                {
                    var measured = MeasuredSplit(values, isMeasured) is { } split ? HoldoutOf(values, split) : null;

                    // The log and its listens, a gigabyte for twenty million, would lie there while this stage needs the most memory of all.
                    values.Forget(TrainingOutputs.Log);
                    values.Forget(RankingOutputs.Listens);
                    LargeHeap.Trim();
                    var outcome = await ranker.RunAsync(new RankerInput(values.Get(RankingOutputs.Examples), measured, settings), progress, token);
                    progress.Report(1, outcome.Message);
                    values.Set(RankingOutputs.Ranker, outcome);
                }),
        ];
    }

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

    // Null where nothing was withheld.
    private static LabelSplit? MeasuredSplit(StageValues values, bool isMeasured) =>
        isMeasured && values.Get(TrainingOutputs.Holdout) is { CanMeasure: true } holdout
            ? LabelSplit.Of(holdout, values.Get(RankingOutputs.Listens))
            : null;

    private static RankerHoldout HoldoutOf(StageValues values, LabelSplit split)
    {
        var (holdout, userIds) = (values.Get(TrainingOutputs.Holdout), values.Get(TrainingOutputs.Log).UserIds);
        return new RankerHoldout(
            holdout, split, values.Get(TrainingOutputs.MeasuredModels).Als!, Array.ConvertAll(holdout.UserIndices, user => userIds[user]));
    }
}
