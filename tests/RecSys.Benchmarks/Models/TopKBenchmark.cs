using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;

namespace RecSys.Benchmarks.Models;

/// <summary>Exact lists of 100.</summary>
internal static class TopKBenchmark
{
    public static void RunUsers(BenchmarkArguments arguments)
    {
        var matrix = SyntheticLog.Create(arguments.Get("all-users", 200_000), arguments.Get("all-items", 100_000), arguments.Get("draws", 10_000_000));
        var model = Fit(matrix, arguments);
        var users = Enumerable.Range(0, arguments.Get("users", 20_000)).ToArray();
        var options = new RecommendOptions { K = 100, ThreadCount = arguments.Get("threads", 0) };
        model.Recommend(users.AsSpan(0, Math.Min(256, users.Length)), options);
        var watches = new Stopwatches();
        model.Recommend(users, options);
        Report(users.Length, "users", watches);
    }

    public static void RunSimilar(BenchmarkArguments arguments)
    {
        var matrix = SyntheticLog.Create(arguments.Get("all-users", 200_000), arguments.Get("all-items", 100_000), arguments.Get("draws", 10_000_000));
        var model = Fit(matrix, arguments);
        var items = Enumerable.Range(0, arguments.Get("items", 20_000)).ToArray();
        model.SimilarItems(items.AsSpan(0, Math.Min(256, items.Length)), 100);
        var watches = new Stopwatches();
        model.SimilarItems(items, 100);
        Report(items.Length, "items", watches);
    }

    public static void RunQuery(BenchmarkArguments arguments)
    {
        var itemCount = arguments.Get("items", 1_000_000);
        var factorCount = arguments.Get("factors", 64);
        var queries = arguments.Get("queries", 500);

        // Vectors of normal numbers are all of about one length, the hardest case: nothing can be left out.
        Query("normal vectors", AlsModel.FromFactors(Normal(Math.Max(queries, 1_000), factorCount, 1), Normal(itemCount, factorCount, 2), new AlsOptions()), queries);
        Query("fitted vectors", Fit(SyntheticLog.Create(arguments.Get("users", 100_000), itemCount, arguments.Get("draws", 8_000_000)), arguments), queries);
    }

    private static void Query(string what, AlsModel model, int queries)
    {
        var options = new RecommendOptions { K = 100, ThreadCount = 1, ExcludeSeen = false };
        for (var user = 0; user < Math.Min(50, queries); user++)
        {
            model.Recommend([user], options);
        }

        var times = new double[queries];
        var cpu = new Stopwatches();
        for (var user = 0; user < times.Length; user++)
        {
            var watches = new Stopwatches();
            model.Recommend([user], options);
            times[user] = watches.Seconds * 1e3;
        }

        var mean = cpu.CpuSeconds / times.Length * 1e3;
        Array.Sort(times);
        Console.WriteLine(
            $"{model.ItemCount:n0} items, {what}: median {times[times.Length / 2]:f2} ms, p95 {times[times.Length * 95 / 100]:f2} ms, "
                + $"mean {mean:f2} CPU-ms a query");
    }

    private static FactorMatrix Normal(int rowCount, int factorCount, int seed)
    {
        var random = new Random(seed);
        var factors = new float[rowCount * factorCount];
        for (var i = 0; i < factors.Length; i++)
        {
            factors[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return FactorMatrix.FromRows(rowCount, factorCount, factors);
    }

    private static AlsModel Fit(SparseMatrix matrix, BenchmarkArguments arguments) => AlsModel.Fit(
        matrix,
        new AlsOptions
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
