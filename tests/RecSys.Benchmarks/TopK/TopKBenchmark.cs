using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;
using RecSys.Benchmarks.Data;

namespace RecSys.Benchmarks.TopK;

/// <summary>Exact lists of 100.</summary>
internal static class TopKBenchmark
{
    public static void RunUsers(BenchmarkArguments arguments)
    {
        var matrix = SyntheticLog.Create(200_000, 100_000, arguments.Get("draws", 10_000_000));
        var model = Fit(matrix, arguments);
        var users = Enumerable.Range(0, arguments.Get("users", 20_000)).ToArray();
        var options = new RecommendOptions { K = 100, ThreadCount = arguments.Get("threads", 0) };
        model.Recommend(users.AsSpan(0, 256), options);
        var watches = new Stopwatches();
        model.Recommend(users, options);
        Report(users.Length, "users", watches);
    }

    public static void RunSimilar(BenchmarkArguments arguments)
    {
        var matrix = SyntheticLog.Create(200_000, 100_000, arguments.Get("draws", 10_000_000));
        var model = Fit(matrix, arguments);
        var items = Enumerable.Range(0, arguments.Get("users", 20_000)).ToArray();
        model.SimilarItems(items.AsSpan(0, 256), 100);
        var watches = new Stopwatches();
        model.SimilarItems(items, 100);
        Report(items.Length, "items", watches);
    }

    public static void RunQuery(BenchmarkArguments arguments)
    {
        var itemCount = arguments.Get("items", 1_000_000);
        var matrix = SyntheticLog.Create(100_000, itemCount, arguments.Get("draws", 8_000_000));
        var model = Fit(matrix, arguments);
        var options = new RecommendOptions { K = 100, ThreadCount = 1 };
        var queries = Enumerable.Range(0, 200).ToArray();
        model.Recommend([0], options);
        var times = new double[queries.Length];
        foreach (var user in queries)
        {
            var watches = new Stopwatches();
            model.RecommendForFactors(model.UserFactors.Row(user), matrix.RowColumns(user), options);
            times[user] = watches.Seconds * 1e3;
        }

        Array.Sort(times);
        Console.WriteLine($"{itemCount:n0} items: median {times[times.Length / 2]:f2} ms, p95 {times[times.Length * 95 / 100]:f2} ms a query");
    }

    private static AlsModel Fit(SparseMatrix matrix, BenchmarkArguments arguments) => AlsModel.Fit(
        matrix,
        new AlsSettings
        {
            FactorCount = arguments.Get("factors", 64),
            Iterations = arguments.Get("iterations", 3),
            Alpha = 40,
            Regularization = 0.1f,
            Solver = AlsSolver.ConjugateGradient,
        });

    private static void Report(int count, string what, Stopwatches watches) => Console.WriteLine(
        $"{count:n0} {what} in {watches.Seconds:f2} s, {watches.CpuSeconds:f2} CPU-s: {count / watches.Seconds:n0} {what}/s, "
            + $"{count / watches.CpuSeconds:n0} {what}/CPU-s");
}
