using RecSys.Algorithms.Als;
using RecSys.Benchmarks.Data;

namespace RecSys.Benchmarks.Als;

/// <summary>Time to solve one user's factors from current interactions.</summary>
internal static class FoldInBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var matrix = SyntheticLog.Create(20_000, 10_000, 1_000_000);
        var factorCount = arguments.Get("factors", 64);
        var model = AlsModel.Fit(matrix, new AlsOptions { FactorCount = factorCount, Iterations = 1, Alpha = 40, Regularization = 0.1f });
        var factors = new float[factorCount];
        foreach (var length in new[] { 1, 10, 50, 200 })
        {
            var items = Enumerable.Range(0, length).ToArray();
            var weights = new float[length];
            Array.Fill(weights, 2);
            model.FoldInUser(items, weights, factors);
            const int Repeats = 200;
            var watches = new Stopwatches();
            for (var i = 0; i < Repeats; i++)
            {
                model.FoldInUser(items, weights, factors);
            }

            Console.WriteLine($"{factorCount} factors, {length} interactions: {watches.Seconds / Repeats * 1e6:f1} us");
        }
    }
}
