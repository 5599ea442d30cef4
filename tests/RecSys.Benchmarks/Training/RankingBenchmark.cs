using System.Globalization;
using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Splits;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Ranker;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Steps;

namespace RecSys.Benchmarks.Training;

/// <summary>
/// NDCG@10 of the final lists beside every source alone, on the newest part of a log: the trainer's own steps, on a log from a
/// file. Only tracks that are new to a user count.
/// </summary>
internal static class RankingBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        if (LightGbm.Missing is { } remedy)
        {
            throw new InvalidOperationException(remedy);
        }

        var log = RankingLogs.Read(arguments);
        var settings = TrainingSettings.Read(
            TrainingSettings.All
                .Select(setting => (setting.Key, Value: arguments.Get(setting.Key, "")))
                .Where(pair => pair.Value.Length > 0)
                .ToDictionary(pair => pair.Key, pair => pair.Value));
        var watches = new Stopwatches();
        var share = settings.Get(TrainingSettings.TestShare);
        var times = log.Listens.Times.ToArray();
        Array.Sort(times);
        var cut = UnixMicroseconds.ToTime(times[(int)((1 - share) * (times.Length - 1))]);
        var split = DataSplit.Create(log.Listens.ToInteractions(), new GlobalTimeSplit(cut));
        var holdout = Holdout.From(split, cut);
        var als = AlsModel.Fit(split.Train, settings.AlsOptions());
        var labels = LogCut.Of(holdout, log);
        var progress = new StepProgress((_, what) => Console.WriteLine($"{watches.CpuSeconds,6:f1} CPU-s  {what}"));
        var examples = CandidatesStep.Collect(labels.Before, hasOrder: true, settings, progress, CancellationToken.None);
        var userIds = Array.ConvertAll([.. Enumerable.Range(0, log.Listens.UserCount)], (int user) => user.ToString(CultureInfo.InvariantCulture));
        var measure = new HoldoutMeasure(holdout, userIds, settings);
        var outcome = RankerStep.Train(examples, new RankerStep.WithheldListens(labels, als, measure), settings, progress, CancellationToken.None);
        Console.WriteLine($"{split.Train.RowCount} users and {split.Train.ColumnCount} tracks before, {split.Test.CellCount} new pairs in the newest {share:p0}");
        Console.WriteLine(outcome.Message);
        Console.WriteLine("gain: " + string.Join(", ", outcome.Features.Zip(outcome.Gains).Take(12).Select(f => $"{f.First} {f.Second:f1}")));
        foreach (var model in outcome.Metrics.Keys.Where(key => key.EndsWith("/ndcg@10", StringComparison.Ordinal)))
        {
            var name = model[..model.IndexOf('/', StringComparison.Ordinal)];
            var lead = outcome.Metrics.TryGetValue($"{name}/ranker-lead", out var value)
                ? string.Create(CultureInfo.InvariantCulture, $"ranker leads by {value:+0.0000;-0.0000} ({outcome.Metrics[$"{name}/ranker-lead/low"]:+0.0000;-0.0000} to {outcome.Metrics[$"{name}/ranker-lead/high"]:+0.0000;-0.0000})")
                : $"{outcome.Metrics["ranker/measured-users"]} users";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-22} {outcome.Metrics[model]:f4} ({outcome.Metrics[$"{name}/ndcg@10/low"]:f4} to {outcome.Metrics[$"{name}/ndcg@10/high"]:f4})   {lead}"));
        }

        Console.WriteLine($"{watches.Seconds:f1} s, {watches.CpuSeconds:f1} CPU-s");
    }
}
