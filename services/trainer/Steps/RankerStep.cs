using System.Globalization;
using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Ranker;
using RecSys.Trainer.Ranking;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>
/// Trains the ranker. What is withheld from the training is first measured on, and then learnt from like any other part: the
/// published ranker knows the newest listens.
/// </summary>
internal static class RankerStep
{
    // Below this, trees learn nothing but chance.
    private const int MinUsers = 20;

    /// <summary>Trains it. The log and its listens are let go of meanwhile: this step needs the most memory of all.</summary>
    /// <param name="examples">From what is not withheld.</param>
    /// <param name="log">The whole log.</param>
    /// <param name="listens">Its listens one by one.</param>
    /// <param name="holdout">What was withheld.</param>
    /// <param name="fitted">Fitted to what was not; not looked at when nothing was withheld.</param>
    /// <param name="settings">Of the training.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static Task<RankerOutcome> RunAsync(
        Kept<ExampleRows> examples,
        Kept<TrainingLog> log,
        Kept<RankingLog> listens,
        Kept<Holdout> holdout,
        Kept<FittedModels> fitted,
        TrainingSettings settings,
        StepProgress progress,
        CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var withheld = holdout.Value is { CanMeasure: true } part
                ? new WithheldListens(
                    LabelSplit.Of(part, listens.Value), fitted.Value.Als!, new HoldoutMeasure(part, log.Value.UserIds, settings))
                : null;
            log.Release();
            listens.Release();
            LargeHeap.Trim();
            var outcome = Train(examples.Value, withheld, settings, progress, cancellationToken);
            progress.Report(1, outcome.Message);
            return outcome;
        },
        cancellationToken);

    internal static RankerOutcome Train(
        ExampleRows examples, WithheldListens? withheld, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken)
    {
        var metrics = new Dictionary<string, double>();
        BoostedTrees? measured = null;
        float[] userNdcg = [];
        if (withheld is not null)
        {
            progress.Report(0, "sources of what is measured on");
            var stand = RankingStand.Create(withheld.Split, withheld.Als, settings.SourceSettings(), cancellationToken);
            if (examples.UserCount >= MinUsers)
            {
                progress.Report(0.2, $"boosting on {examples.UserCount:N0} users");
                measured = RankerTraining.Train(examples, settings, cancellationToken);
                progress.Report(0.4, "measuring");
                LargeHeap.Trim();
                userNdcg = Measure(stand, measured, withheld.Measure, settings, metrics, cancellationToken);
            }

            examples = examples.With(stand, settings, cancellationToken);
        }

        if (examples.UserCount < MinUsers)
        {
            return RankerOutcome.None(
                $"{examples.UserCount} users came back for something that a source had found; {MinUsers} are needed to train a ranker");
        }

        progress.Report(0.8, $"boosting on {examples.UserCount:N0} users");
        var ranker = measured is null
            ? RankerTraining.Train(examples, settings, cancellationToken)
            : RankerTraining.TrainAgain(examples, measured, settings, cancellationToken);
        metrics["ranker/trees"] = ranker.Ensemble.TreeCount;
        metrics["ranker/users"] = examples.UserCount;
        return new RankerOutcome(
            ranker.Ensemble.ToBytes(),
            Summary(ranker, examples.UserCount, metrics),
            metrics,
            [.. ranker.Importance.Select(feature => feature.Feature)],
            [.. ranker.Importance.Select(feature => feature.Gain)],
            userNdcg);
    }

    // The final lists by all metrics, as models alone are measured, and against every source.
    private static float[] Measure(
        RankingStand stand,
        BoostedTrees ranker,
        HoldoutMeasure measure,
        TrainingSettings settings,
        Dictionary<string, double> metrics,
        CancellationToken cancellationToken)
    {
        var split = stand.Split;

        // As many as are learnt from in a part: every user takes each source's search through the whole catalogue.
        var users = measure.Users.ToArray();
        new SplitMix(settings.Get(TrainingSettings.Seed), "measured users").Shuffle<int>(users);
        users = users[..Math.Min(users.Length, settings.Get(RankerSettings.Users))];
        var final = new ListMemory(
            new RankedRecommender(stand.Candidates, stand.Features, split.Before.Listens, split.Moments, ranker.Ensemble), HoldoutMeasure.ListLength);
        measure.AddTo(metrics, final, progress: null, cancellationToken);
        IRecommender[] models =
        [
            final,
            .. stand.Sources.Finder.Models.Sources.Select(
                source => new SourceRecommender(source, stand.Candidates, split.Plays.RowCount, split.Plays.ColumnCount)),
        ];
        var compared = RankingComparison.Compare(
            models, split.Labels, users, settings.Get(TrainingSettings.Seed), settings.Get(TrainingSettings.Threads), cancellationToken);
        foreach (var model in compared.Skip(1))
        {
            var name = $"source-{model.Name}";
            metrics[$"{name}/ndcg@10"] = model.Ndcg;
            metrics[$"{name}/ndcg@10/low"] = model.Interval.Low;
            metrics[$"{name}/ndcg@10/high"] = model.Interval.High;
            metrics[$"{name}/ranker-lead"] = model.Lead;
            metrics[$"{name}/ranker-lead/low"] = model.LeadInterval.Low;
            metrics[$"{name}/ranker-lead/high"] = model.LeadInterval.High;
        }

        metrics["ranker/measured-users"] = users.Length;
        return measure.Ndcg(final, cancellationToken);
    }

    private static string Summary(BoostedTrees ranker, int userCount, Dictionary<string, double> metrics)
    {
        var text = $"{ranker.Ensemble.TreeCount} trees from {userCount:N0} users";
        if (!metrics.TryGetValue("ranker/ndcg@10", out var own))
        {
            return text;
        }

        var best = metrics.Where(m => m.Key.StartsWith("source-", StringComparison.Ordinal) && m.Key.EndsWith("/ndcg@10", StringComparison.Ordinal)).MaxBy(m => m.Value);
        return text + string.Create(
            CultureInfo.InvariantCulture,
            $"; ndcg@10 {own:F4} ({metrics["ranker/ndcg@10/low"]:F4} to {metrics["ranker/ndcg@10/high"]:F4}), best source {best.Key[7..^8]} {best.Value:F4}");
    }

    /// <summary>What the ranker is measured on, and then learns from, too.</summary>
    /// <param name="Split">What was withheld, with the listens of what was not.</param>
    /// <param name="Als">Fitted to what was not.</param>
    /// <param name="Measure">Measures on it.</param>
    internal sealed record WithheldListens(LabelSplit Split, AlsModel Als, HoldoutMeasure Measure);
}
