using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;

namespace RecSys.Benchmarks.Models;

/// <summary>Seconds to fit the models beside ALS.</summary>
internal static class ModelBenchmark
{
    /// <summary>Cosines of all pairs of items with a common user.</summary>
    public static void RunItems(BenchmarkArguments arguments)
    {
        var train = Read(arguments);
        var options = new ItemNeighborOptions { NeighborCount = arguments.Get("neighbors", 0), ThreadCount = arguments.Get("threads", 0) };
        Repeat(arguments, () => $"{ItemNeighborModel.Fit(train, options).Neighbors.NeighborCount:n0} neighbours");
    }

    /// <summary>Cosines of all pairs of users by listened share; by default 9,515 users, 44,610 tracks, 175,000 pairs.</summary>
    public static void RunUsers(BenchmarkArguments arguments)
    {
        var userCount = arguments.Get("users", 9_515);
        var trackCount = arguments.Get("tracks", 44_610);
        var listenCount = arguments.Get("listens", 195_000);
        var random = new Random(1);
        var users = new int[listenCount];
        var tracks = new int[listenCount];
        var shares = new float[listenCount];
        for (var i = 0; i < listenCount; i++)
        {
            users[i] = random.Next(userCount);

            // A few tracks are heard by many: the cube of a uniform draw.
            tracks[i] = (int)(trackCount * Math.Pow(random.NextDouble(), 3));
            shares[i] = random.Next(3) == 0 ? 1 : random.NextSingle();
        }

        var listened = ListenedShares.FromListens(userCount, trackCount, users, tracks, shares);
        var options = new UserNeighborOptions { ThreadCount = arguments.Get("threads", 0) };
        Repeat(arguments, () =>
        {
            var model = UserNeighborModel.Fit(listened, options);
            var scores = new float[trackCount];
            for (var user = 0; user < userCount; user++)
            {
                model.Score(user, scores);
            }

            return $"{listened.Listened.CellCount:n0} cells, {model.Neighbors.NeighborCount:n0} neighbours, all scores";
        });
    }

    /// <summary>The closed form over all items.</summary>
    public static void RunEase(BenchmarkArguments arguments)
    {
        var train = Read(arguments);
        var options = new EaseOptions { MemoryLimitBytes = (long)arguments.Get("gib", 4) << 30, ThreadCount = arguments.Get("threads", 0) };
        Repeat(arguments, () =>
        {
            EaseModel.Fit(train, options);
            return $"{train.ColumnCount:n0} items, {Math.Pow(train.ColumnCount, 3) / 1e12:f1} TFLOP";
        });
    }

    /// <summary>The sparse linear model.</summary>
    public static void RunSlim(BenchmarkArguments arguments)
    {
        var train = Read(arguments);
        var options = new SlimOptions { NeighborCount = arguments.Get("neighbors", 100), ThreadCount = arguments.Get("threads", 0) };
        Repeat(arguments, () => $"{SlimModel.Fit(train, options).Weights.CellCount:n0} weights");
    }

    private static SparseMatrix Read(BenchmarkArguments arguments)
    {
        var file = arguments.Get("file", "");
        var matrix = file.Length > 0
            ? AdjacencyFile.Read(file)
            : SyntheticLog.Create(arguments.Get("users", 20_000), arguments.Get("items", 10_000), arguments.Get("draws", 1_000_000));
        Console.WriteLine($"{matrix.RowCount:n0} users × {matrix.ColumnCount:n0} items, {matrix.CellCount:n0} cells");
        return matrix;
    }

    private static void Repeat(BenchmarkArguments arguments, Func<string> run)
    {
        for (var round = 0; round < arguments.Get("rounds", 3); round++)
        {
            var watches = new Stopwatches();
            var what = run();
            Console.WriteLine($"{watches.Seconds:f2} s, {watches.CpuSeconds:f2} CPU-s: {what}");
        }
    }
}
