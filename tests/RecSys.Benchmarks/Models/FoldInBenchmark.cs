using RecSys.Algorithms.Als;

namespace RecSys.Benchmarks.Models;

/// <summary>Time to solve one user's factors from current interactions.</summary>
internal static class FoldInBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var matrix = SyntheticLog.Create(arguments.Get("users", 20_000), arguments.Get("items", 10_000), arguments.Get("draws", 1_000_000));
        var factorCount = arguments.Get("factors", 64);
        var model = AlsModel.Fit(matrix, new AlsOptions { FactorCount = factorCount, Iterations = 1, Alpha = 40, Regularization = 0.1f });
        var factors = new float[factorCount];
        var repeats = arguments.Get("repeats", 200);
        foreach (var length in new[] { 1, 10, 50, 200 })
        {
            var items = Enumerable.Range(0, length).ToArray();
            var weights = new float[length];
            Array.Fill(weights, 2);
            model.FoldInUser(items, weights, factors);
            var watches = new Stopwatches();
            for (var i = 0; i < repeats; i++)
            {
                model.FoldInUser(items, weights, factors);
            }

            Console.WriteLine($"{factorCount} factors, {length} interactions: {watches.Seconds / repeats * 1e6:f1} us");
        }
    }
}
