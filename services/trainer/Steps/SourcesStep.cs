using RecSys.Algorithms.Features;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Ranking;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>Fits the sources of candidates beside ALS to all listens, and counts the statistics of the tracks.</summary>
internal static class SourcesStep
{
    public static Task<RankingParts> RunAsync(
        TrainingLog log, RankingLog listens, FittedModels fitted, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                progress.Report(0, "neighbours and next tracks");
                var sources = SourceModels.Fit(log.Plays, listens.Listens, fitted.Als!, settings.SourceSettings(), cancellationToken);
                var parts = new RankingParts(sources.ItemNeighbors, sources.UserNeighbors, sources.Next, ItemStatistics.From(listens.Listens));
                progress.Report(1, "neighbours and next tracks" + settings.NeighborLimits(log.Plays));
                return parts;
            },
            cancellationToken);
}
