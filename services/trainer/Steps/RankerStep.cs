using System.Globalization;
using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Ranker;
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
        Kept<Examples> examples,
        Kept<TrainingLog> log,
        Kept<CataloguedListens> listens,
        Kept<Holdout> holdout,
        Kept<FittedModels> fitted,
        TrainingSettings settings,
        StepProgress progress,
        CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var withheld = holdout.Value is { CanMeasure: true } part
                ? new WithheldListens(
                    LogCut.Of(part, listens.Value), fitted.Value.Als!, new HoldoutMeasure(part, log.Value.UserIds, settings))
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
        Examples examples, WithheldListens? withheld, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken)
    {
        var metrics = new Dictionary<string, double>();
        BoostedTrees? measured = null;
        float[] userNdcg = [];
        if (withheld is not null)
        {
            progress.Report(0, "sources of what is measured on");
            var fitted = FittedCut.Fit(withheld.Cut, withheld.Als, settings, cancellationToken);
            if (examples.UserCount >= MinUsers)
            {
                progress.Report(0.2, $"boosting on {examples.UserCount:N0} users");
                measured = RankerTraining.Train(examples, settings, cancellationToken);
                progress.Report(0.4, "measuring");
                LargeHeap.Trim();
                userNdcg = RankerQuality.Measure(fitted, measured.Ensemble, withheld.Measure, settings, metrics, cancellationToken);
            }

            examples = examples.With(fitted, settings, cancellationToken);
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
    /// <param name="Cut">What was withheld, with the listens of what was not.</param>
    /// <param name="Als">Fitted to what was not.</param>
    /// <param name="Measure">Measures on it.</param>
    internal sealed record WithheldListens(LogCut Cut, AlsModel Als, HoldoutMeasure Measure);
}

/// <summary>What training a ranker came to.</summary>
/// <param name="Trees">The ranker as it is stored (<see cref="RecSys.Algorithms.Trees.TreeEnsemble.ToBytes"/>); empty when none was trained.</param>
/// <param name="Message">What happened, for a person.</param>
/// <param name="Metrics">How good it is, and every source alone, by <c>model/metric</c>; empty when nothing was withheld.</param>
/// <param name="Features">Features that trees split on, the most useful first.</param>
/// <param name="Gains">Mean gain of a split on each.</param>
/// <param name="UserNdcg">NDCG@20 of the measured users' final lists, in the order of <see cref="UserQuality"/>; empty when nothing was withheld.</param>
internal sealed record RankerOutcome(
    byte[] Trees, string Message, IReadOnlyDictionary<string, double> Metrics, string[] Features, double[] Gains, float[] UserNdcg)
    : IOutcome<RankerOutcome>
{
    public bool IsTrained => Trees.Length > 0;

    /// <summary>Nothing was trained.</summary>
    public static RankerOutcome None(string why) => new([], why, new Dictionary<string, double>(), [], [], []);

    /// <inheritdoc/>
    public void Write(CheckpointWriter writer)
    {
        writer.WriteArray(Trees);
        writer.WriteText(Message);
        writer.WriteMetrics(Metrics);
        writer.WriteTexts(Features);
        writer.WriteArray(Gains);
        writer.WriteArray(UserNdcg);
    }

    /// <inheritdoc/>
    public static RankerOutcome Read(CheckpointReader reader) => new(
        reader.ReadArray<byte>(),
        reader.ReadText(),
        reader.ReadMetrics(),
        reader.ReadTexts(),
        reader.ReadArray<double>(),
        reader.ReadArray<float>());
}
