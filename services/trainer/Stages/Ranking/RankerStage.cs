using System.Globalization;
using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Trainer.Boosting;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Ranking;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Trainings;

namespace RecSys.Trainer.Stages.Ranking;

/// <summary>
/// Trains the ranker. The newest part of a log is cut off, sources are fitted to what is before, and what their candidates came
/// to in the part is learnt; then the part before that, and so on. What is withheld from the training is first measured on, and
/// then learnt from like any other part: the published ranker knows the newest listens.
/// </summary>
internal sealed class RankerStage : IStage<RankerInput, RankerOutcome>
{
    // Below this, trees learn nothing but chance.
    private const int MinUsers = 20;

    // A log of more has users enough, or takes too long to be looked at many times.
    private const int MaxListensOfManyParts = 1_000_000;

    // The ways of the progress bar: most of the time goes into fitting sources for the parts.
    private const double PartsShare = 0.7;

    /// <inheritdoc/>
    public Task<RankerOutcome> RunAsync(RankerInput input, StageProgress progress, CancellationToken cancellationToken) =>
        Task.Run(() => Train(input, progress, cancellationToken), cancellationToken);

    private static RankerOutcome Train(RankerInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        var settings = input.Settings;
        var rows = new RowCollector(settings);
        LabelSplit? newest = null;
        float[] userNdcg = [];
        var log = input.Log;
        if (input is { Holdout: { CanMeasure: true } holdout, MeasuredAls: not null })
        {
            newest = LabelSplit.From(
                holdout.Train, holdout.Test, holdout.UserIndices, holdout.ItemIndices, log,
                holdout.Cut is { } cut ? (cut - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond : null);
            log = newest.Before;
        }

        AddParts(log, input.HasOrder, rows, settings, progress, cancellationToken);
        var metrics = new Dictionary<string, double>();
        BoostedRanker? measured = null;
        if (newest is not null)
        {
            progress.Report(PartsShare, "sources of what is measured on");
            var stand = RankingStand.Create(newest, input.MeasuredAls!, settings.SourceSettings(), cancellationToken);
            if (rows.UserCount >= MinUsers)
            {
                progress.Report(PartsShare, $"boosting on {rows.UserCount:N0} users");
                measured = rows.Train(cancellationToken);
                progress.Report(PartsShare, "measuring");
                LargeHeap.Trim();
                userNdcg = Measure(stand, measured, input, metrics, cancellationToken);
            }

            rows.Add(stand, cancellationToken);
        }

        if (rows.UserCount < MinUsers)
        {
            return RankerOutcome.None(
                $"{rows.UserCount} users came back for something that a source had found; {MinUsers} are needed to train a ranker");
        }

        progress.Report(0.9, $"boosting on {rows.UserCount:N0} users");
        var ranker = measured is null ? rows.Train(cancellationToken) : rows.TrainAgain(measured, cancellationToken);
        metrics["ranker/trees"] = ranker.Ensemble.TreeCount;
        metrics["ranker/users"] = rows.UserCount;
        return new RankerOutcome(
            ranker.Json,
            Summary(ranker, rows, metrics),
            metrics,
            [.. ranker.Importance.Select(feature => feature.Feature)],
            [.. ranker.Importance.Select(feature => feature.Gain)],
            userNdcg);
    }

    private static void AddParts(
        RankingLog log, bool hasOrder, RowCollector rows, TrainingSettings settings, StageProgress progress, CancellationToken cancellationToken)
    {
        var (count, share) = (settings.Get(RankerSettings.Windows), settings.Get(RankerSettings.LabelShare));
        var part = 0;
        foreach (var split in LabelParts.Of(log, hasOrder, share, count, settings.Get(TrainingSettings.Seed)))
        {
            part++;
            if (part > count && (!rows.AreFew || log.Listens.Count > MaxListensOfManyParts))
            {
                break;
            }

            if (split is null)
            {
                continue;
            }

            var what = part > count ? $"part {part}, few users so far" : $"part {part} of {count}";
            progress.Report(PartsShare * Math.Min(1, (part - 1.0) / count), $"{what}: fitting sources");
            var fitted = Math.Min(1, (part - 0.5) / count);
            AddPart(split, rows, settings, () => progress.Report(PartsShare * fitted, $"{what}: candidates and features"), cancellationToken);
            LargeHeap.Trim();
            if (rows.UserCount >= settings.Get(RankerSettings.Users))
            {
                break;
            }
        }
    }

    // A method of its own: what is fitted to a part is gone when the next one is looked at.
    private static void AddPart(
        LabelSplit split, RowCollector rows, TrainingSettings settings, Action fitted, CancellationToken cancellationToken)
    {
        // Half the iterations come so near that the ranker can't tell. Not from factors of later fits: these know the labels.
        var als = settings.AlsSettings();
        var model = AlsModel.Fit(split.Plays, als with { Iterations = (als.Iterations + 1) / 2 }, cancellationToken: cancellationToken);
        LargeHeap.Trim();
        var stand = RankingStand.Create(split, model, settings.SourceSettings(), cancellationToken);
        fitted();
        rows.Add(stand, cancellationToken);
    }

    // The final lists by all metrics, as models alone are measured, and against every source.
    private static float[] Measure(
        RankingStand stand, BoostedRanker ranker, RankerInput input, Dictionary<string, double> metrics, CancellationToken cancellationToken)
    {
        var split = stand.Split;
        var settings = input.Settings;
        var measure = new HoldoutMeasure(input.Holdout!, input.UserIds, settings);

        // As many as are learnt from in a part: every user takes each source's search through the whole catalogue.
        var users = measure.Users.ToArray();
        new Random(settings.Get(TrainingSettings.Seed)).Shuffle(users);
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

    private static string Summary(BoostedRanker ranker, RowCollector rows, Dictionary<string, double> metrics)
    {
        var text = $"{ranker.Ensemble.TreeCount} trees from {rows.UserCount:N0} users";
        if (!metrics.TryGetValue("ranker/ndcg@10", out var own))
        {
            return text;
        }

        var best = metrics.Where(m => m.Key.StartsWith("source-", StringComparison.Ordinal) && m.Key.EndsWith("/ndcg@10", StringComparison.Ordinal)).MaxBy(m => m.Value);
        return text + string.Create(
            CultureInfo.InvariantCulture,
            $"; ndcg@10 {own:F4} ({metrics["ranker/ndcg@10/low"]:F4} to {metrics["ranker/ndcg@10/high"]:F4}), best source {best.Key[7..^8]} {best.Value:F4}");
    }
}
