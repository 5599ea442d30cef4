using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Ranking;
using RecSys.Algorithms.Ranking.Features;
using RecSys.Algorithms.Splits;
using RecSys.Trainer.Boosting;
using RecSys.Trainer.Ranking;
using RecSys.Trainer.Settings;

namespace RecSys.Benchmarks.Ranking;

/// <summary>
/// NDCG@10 of the final lists beside every source alone, on the newest part of a log: the ranker learns from the part before,
/// with sources fitted to what was earlier still. Only tracks that are new to a user count.
/// </summary>
internal static class RankingBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        if (!BoostingLibrary.IsAvailable)
        {
            Console.WriteLine(BoostingLibrary.Remedy);
            return;
        }

        var total = new Stopwatches();
        var log = RankingLogs.Read(arguments);
        var als = new AlsSettings
        {
            FactorCount = arguments.Get("factors", 64),
            Iterations = 12,
            Regularization = arguments.Get("regularization", 200f),
            RegularizationExponent = 0,
            Confidence = AlsConfidence.Log,
            Alpha = arguments.Get("alpha", 60f),
        };
        var sources = new SourceSettings(
            arguments.Get("items", 1) == 1, arguments.Get("users", 1) == 1, arguments.Get("next", 1) == 1,
            arguments.Get("neighbors", 100), arguments.Get("candidates", 300), ThreadCount: 0);
        var boosting = new BoostingSettings(
            arguments.Get("objective", "ndcg") == "ndcg" ? RankerObjective.Ndcg : RankerObjective.Logistic,
            arguments.Get("trees", 1_000),
            arguments.Get("depth", 6),
            arguments.Get("rate", 0.1f),
            arguments.Get("weight", 1f),
            arguments.Get("stop", 50),
            Seed: 42,
            ThreadCount: 0);

        var share = arguments.Get("share", 0.2f);
        var test = Cut(log, share, als, sources);
        var windows = arguments.Get("windows", 1);
        var train = new List<BoostingRows>();
        var validation = new List<BoostingRows>();
        var before = test.Log;
        for (var window = 0; window < windows; window++)
        {
            var stand = Cut(before, arguments.Get("label-share", 0.2f), als, sources, arguments.Get("last", 0));
            before = stand.Log;
            var examples = TrainingExamples.Collect(
                stand.Stand.Split, stand.Stand.Candidates, arguments.Get("negatives", 5), 20_000, 42, 0, _ => { }, default);
            var held = Math.Max(1, examples.Length / 5);
            train.Add(RankingRows.Build(examples[held..], stand.Stand.Split, stand.Stand.Features));
            validation.Add(RankingRows.Build(examples[..held], stand.Stand.Split, stand.Stand.Features));
            Console.WriteLine($"window {window + 1}: {examples.Length} users learnt from, {examples.Sum(e => e.Labels.Sum())} positives");
        }

        var ranker = RankerBoosting.Train(Join(train), Join(validation), boosting, (_, _) => { }, default);
        Console.WriteLine($"{ranker.Ensemble.TreeCount} trees, validation {ranker.ValidationScore:f4}; gain: "
            + string.Join(", ", ranker.Importance.Take(12).Select(f => $"{f.Feature} {f.Gain:f1}")));

        var split = test.Stand.Split;
        var users = Enumerable.Range(0, split.Labels.RowCount).Where(user => split.Labels.RowLength(user) > 0).ToArray();
        IRecommender[] models =
        [
            new RankedRecommender(test.Stand.Candidates, test.Stand.Features, split.Before, split.Moments, ranker.Ensemble),
            .. Enum.GetValues<SourceKind>().Select(source =>
                new SourceRecommender(source, test.Stand.Candidates, split.Plays.RowCount, split.Plays.ColumnCount)),
        ];
        Console.WriteLine($"{users.Length} users with {split.Labels.CellCount} new tracks in the newest {share:p0}; {split.Plays.RowCount} users × {split.Plays.ColumnCount} tracks before");
        foreach (var model in RankingComparison.Compare(models, split.Labels, users, seed: 1, threadCount: 0, default))
        {
            Console.WriteLine(
                $"{model.Name,-15} ndcg@10 {model.Ndcg:f4} ({model.Interval.Low:f4} … {model.Interval.High:f4})   lead of the ranker {model.Lead:+0.0000;-0.0000} "
                    + $"({model.LeadInterval.Low:+0.0000;-0.0000} … {model.LeadInterval.High:+0.0000;-0.0000})");
        }

        Console.WriteLine($"{total.Seconds:f1} s, {total.CpuSeconds:f1} CPU-s");
    }

    private static (RankingStand Stand, RankingLog Log) Cut(RankingLog log, double share, AlsSettings als, SourceSettings sources, int last = 0)
    {
        var times = log.Listens.Times.ToArray();
        Array.Sort(times);
        var cut = times[(int)((1 - share) * times.Length)];
        var split = DataSplit.Create(
            log.Listens.ToInteractions(), new GlobalTimeSplit(DateTimeOffset.UnixEpoch.AddTicks(cut * TimeSpan.TicksPerMicrosecond)));
        var labels = LabelSplit.From(split, log, cut);
        if (last > 0)
        {
            split = DataSplit.Create(log.Listens.ToInteractions(), new LeaveLastSplit(last));
            labels = LabelSplit.From(split, log, 0);
            for (var u = 0; u < labels.Moments.Length; u++)
            {
                var h = labels.Before.HistoryOf(u);
                labels.Moments[u] = h.Count > 0 ? h.Times.Span[^1] + 60_000_000 : 0;
            }
        }

        var stand = RankingStand.Create(labels, AlsModel.Fit(labels.Plays, als), sources, hasTimes: true, default);
        return (stand, new RankingLog(labels.Before, labels.Catalogue, log.GenreNames));
    }

    private static BoostingRows Join(List<BoostingRows> parts) => new(
        [.. parts.SelectMany(part => part.Values)], [.. parts.SelectMany(part => part.Labels)], [.. parts.SelectMany(part => part.GroupSizes)]);
}
