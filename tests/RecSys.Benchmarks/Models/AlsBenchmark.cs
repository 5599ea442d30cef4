using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;

namespace RecSys.Benchmarks.Models;

/// <summary>Training time per iteration.</summary>
internal static class AlsBenchmark
{
    public static void RunSynthetic(BenchmarkArguments arguments)
    {
        var matrix = SyntheticLog.Create(arguments.Get("users", 200_000), arguments.Get("items", 100_000), arguments.Get("draws", 10_000_000));
        Run(matrix, arguments, new AlsOptions { FactorCount = 64, Iterations = 3, Alpha = 40, Regularization = 0.1f });
    }

    public static void RunLarge(BenchmarkArguments arguments)
    {
        var watches = new Stopwatches();
        var matrix = SyntheticLog.Create(arguments.Get("users", 1_370_000), arguments.Get("items", 930_000), arguments.Get("draws", 50_800_000));
        Console.WriteLine($"matrix made in {watches.Seconds:f1} s");
        Run(
            matrix,
            arguments,
            new AlsOptions { FactorCount = 30, Iterations = 30, Alpha = 1, Regularization = 0.05f, Solver = AlsSolver.ConjugateGradient });
    }

    public static void RunFile(BenchmarkArguments arguments) => Run(
        AdjacencyFile.Read(arguments.Get("file", "train.txt.gz")),
        arguments,
        new AlsOptions
        {
            FactorCount = 512,
            Iterations = 2,
            Regularization = 0.003f,
            RegularizationExponent = 1,
            UnobservedWeight = 0.01f,
        });

    private static void Run(SparseMatrix matrix, BenchmarkArguments arguments, AlsOptions settings)
    {
        settings = settings with
        {
            FactorCount = arguments.Get("factors", settings.FactorCount),
            Iterations = arguments.Get("iterations", settings.Iterations),
            ThreadCount = arguments.Get("threads", 0),
            ConjugateGradientSteps = arguments.Get("steps", settings.ConjugateGradientSteps),
            Solver = arguments.Get("solver", settings.Solver == AlsSolver.Cholesky ? "cholesky" : "cg") == "cg"
                ? AlsSolver.ConjugateGradient
                : AlsSolver.Cholesky,
            ComputeLoss = arguments.Get("loss", 0) != 0,
        };
        Console.WriteLine(
            $"{matrix.RowCount:n0} users x {matrix.ColumnCount:n0} items, {matrix.CellCount:n0} cells; {settings.FactorCount} factors, "
                + $"{settings.Solver}, {(settings.ThreadCount == 0 ? Environment.ProcessorCount : settings.ThreadCount)} threads");
        var allocated = GC.GetTotalAllocatedBytes();
        var watches = new Stopwatches();
        var last = (Seconds: 0d, CpuSeconds: 0d);
        AlsModel.Fit(matrix, settings, progress: step =>
        {
            var now = (watches.Seconds, watches.CpuSeconds);
            var bytes = GC.GetTotalAllocatedBytes();
            Console.WriteLine(
                $"iteration {step.Iteration}: {now.Seconds - last.Seconds:f2} s, {now.CpuSeconds - last.CpuSeconds:f2} CPU-s, "
                    + $"{(bytes - allocated) / 1048576d:f1} MiB allocated{(step.Loss is { } loss ? $", loss {loss:f1}" : "")}");
            last = now;
            allocated = bytes;
        });
        Console.WriteLine(
            $"fit: {watches.Seconds:f2} s, {watches.CpuSeconds:f2} CPU-s, peak {Environment.WorkingSet / 1073741824d:f2} GiB resident now, "
                + $"{System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64 / 1073741824d:f2} GiB at most");
    }
}
