using RecSys.Algorithms.Trees;
using RecSys.Trainer.Ranker;

namespace RecSys.Benchmarks.Training;

/// <summary>Scoring the candidates of one answer with boosted trees: managed code beside the library that trained them.</summary>
internal static class TreeBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        if (LightGbm.Missing is { } remedy)
        {
            throw new InvalidOperationException(remedy);
        }

        var rounds = arguments.Get("rounds", 400);
        var rowCount = arguments.Get("rows", 300);
        var treeCount = arguments.Get("trees", 300);
        var depth = arguments.Get("depth", 6);
        var featureCount = arguments.Get("features", 40);
        var categoryCount = arguments.Get("categories", 40);
        var rows = Rows(arguments.Get("train", 20_000), featureCount, categoryCount, seed: 1);
        var parameters = $"objective=lambdarank max_depth={depth} num_leaves={1 << depth} learning_rate=0.1 num_threads=1 verbosity=-1 "
            + "min_data_in_leaf=1 min_sum_hessian_in_leaf=0" + (categoryCount > 0 ? " categorical_feature=0" : "");
        using var train = LightGbm.Dataset.Create([rows], parameters, null);
        using var booster = LightGbm.Booster.Create(parameters, train, null);
        for (var tree = 0; tree < treeCount; tree++)
        {
            booster.Update();
        }

        var ensemble = LightGbmText.Read(booster.ToText(treeCount));
        var question = Rows(rowCount, featureCount, categoryCount, seed: 2);
        var margins = new float[rowCount];
        var expected = booster.Margins(question);
        ensemble.Score(question.Values, margins);
        var difference = expected.Zip(margins, (a, b) => Math.Abs(a - b)).Max();
        Console.WriteLine($"{rowCount} rows, {treeCount} trees of depth {depth}, {featureCount} features; largest difference of margins {difference:g2}");

        var library = Median(rounds, () => booster.Margins(question));
        var scalar = Median(rounds, () => ensemble.ScoreScalar(question.Values, margins));
        var vector = Median(rounds, () => ensemble.Score(question.Values, margins));
        Console.WriteLine($"library          {library:f3} ms");
        Console.WriteLine($"managed, scalar  {scalar:f3} ms, {library / scalar:f1} times as fast");
        Console.WriteLine($"managed          {vector:f3} ms, {library / vector:f1} times as fast");
        var contributions = new double[featureCount];
        Console.WriteLine($"contributions    {Median(rounds, () => ensemble.Explain(question.Values.AsSpan(0, featureCount), contributions)):f3} ms a row");
    }

    private static double Median(int rounds, Action action)
    {
        for (var i = 0; i < rounds / 6; i++)
        {
            action();
        }

        var times = new double[rounds];
        for (var i = 0; i < times.Length; i++)
        {
            var watches = new Stopwatches();
            action();
            times[i] = watches.Seconds * 1e3;
        }

        Array.Sort(times);
        return times[times.Length / 2];
    }

    private static LabelledRows Rows(int count, int featureCount, int categoryCount, int seed)
    {
        var random = new Random(seed);
        var values = new float[count * featureCount];
        var labels = new float[count];
        for (var row = 0; row < count; row++)
        {
            var x = values.AsSpan(row * featureCount, featureCount);
            var sum = 0f;
            for (var f = 0; f < featureCount; f++)
            {
                x[f] = f == 0 && categoryCount > 0 ? random.Next(categoryCount) : random.NextSingle() < 0.1f ? float.NaN : random.NextSingle();
                sum += float.IsNaN(x[f]) ? 0.3f : f == 0 ? (int)x[f] % 3 : x[f] * (f % 5);
            }

            labels[row] = sum + (random.NextSingle() * featureCount / 4) > featureCount * 1.15f ? 1 : 0;
        }

        return new LabelledRows(values, labels, [.. Enumerable.Repeat(100, count / 100)]);
    }
}
