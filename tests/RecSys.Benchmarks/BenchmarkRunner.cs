using System.Diagnostics;
using System.Globalization;
using RecSys.Benchmarks.Models;
using RecSys.Benchmarks.Serving;
using RecSys.Benchmarks.Stores;
using RecSys.Benchmarks.Training;

namespace RecSys.Benchmarks;

/// <summary>Runs the benchmark whose name is the first argument; the rest are its own. <c>smallest</c> runs all at their smallest size.</summary>
internal static class BenchmarkRunner
{
    private const string SmallLog = "--users 200 --items 100 --draws 2000 --factors 16";

    private static readonly Benchmark[] Benchmarks =
    [
        new("peak", "multiply-add peak of one core, and what the kernels reach of it; --largest 1024 --rounds 5", KernelBenchmark.Run, "--largest 32 --rounds 1 --work 1000000"),
        new("als", "seconds an iteration on the synthetic log; --solver cg|cholesky --factors 64 --iterations 3", AlsBenchmark.RunSynthetic, $"{SmallLog} --iterations 1"),
        new("als-large", "50.3 M cells, 1.37 M x 0.93 M, 30 factors; --iterations 30", AlsBenchmark.RunLarge, $"{SmallLog} --iterations 1"),
        new("als-file", "seconds an iteration on an adjacency file; --file train.txt.gz --factors 512", AlsBenchmark.RunFile, "--file {file} --factors 16 --iterations 1"),
        new("fold-in", "microseconds for one user's factors; --factors 64", FoldInBenchmark.Run, "--users 200 --items 300 --draws 2000 --factors 16 --repeats 2"),
        new("top-k", "users a second for lists of 100 with seen items filtered; --factors 64", TopKBenchmark.RunUsers, "--all-users 200 --all-items 300 --draws 2000 --users 100 --factors 16"),
        new("query", "milliseconds for one list of 100 over a million items; --factors 64", TopKBenchmark.RunQuery, "--items 2000 --users 200 --draws 2000 --queries 20 --factors 16"),
        new("similar", "items a second for lists of 100 similar items; --factors 64", TopKBenchmark.RunSimilar, "--all-users 200 --all-items 300 --draws 2000 --items 100 --factors 16"),
        new("item-knn", "seconds for all pairs of items; --file train.txt.gz --neighbors 0", ModelBenchmark.RunItems, $"{SmallLog} --rounds 1"),
        new("user-knn", "seconds for all pairs of 9,515 users and all their scores", ModelBenchmark.RunUsers, "--users 100 --tracks 300 --listens 2000 --rounds 1"),
        new("ease", "seconds for the closed form; --file train.txt.gz --gib 4", ModelBenchmark.RunEase, $"{SmallLog} --rounds 1"),
        new("slim", "seconds for the sparse linear model; --file train.txt.gz --neighbors 100", ModelBenchmark.RunSlim, $"{SmallLog} --rounds 1 --neighbors 10"),
        new("generate", "rows a second of a generated log; --interactions 22200000 --users 137000 --tracks 1000000 [--folder DIR]", LakeBenchmark.RunGenerate, "--interactions 1000 --users 16 --tracks 500"),
        new("load", "listens a second from a lake into the matrix, and all ids back; --lake DIR --threads 2 --memory 2048 (MiB of the engine)", LakeBenchmark.RunLoad, "--lake {lake}"),
        new("compact", "many small segments into few; --listens 1000000 --batch 500", LakeBenchmark.RunCompact, "--listens 1000 --batch 100"),
        new("ranking", "NDCG@10 of the final lists and of every source; --format ml|botify|demo --data FOLDER", RankingBenchmark.Run, "--users 60 --tracks 100 --listens 3000 --als.factors 8 --als.iterations 2 --ranker.trees 5 --ranker.windows 1"),
        new("ingest", "listens a second through to database and lake, and milliseconds of one; --way distributed|standalone --listens 2000000 --users 200000 --days 1 --rate 10000", IngestBenchmark.Run, "--way standalone --listens 1000 --users 50 --rate 500 --seconds 1"),
        new("import", "import and clean what 'recsys generate' wrote; --folder FOLDER --memory 4096", ImportBenchmark.RunYandex, "--folder {log} --memory 512"),
        new("import-tsv", "import and clean a TSV like Last.fm 1K; --rows 19000000 --memory 4096", ImportBenchmark.RunLastFm, "--rows 10000 --memory 512"),
        new("trees", "milliseconds for the margins of 300 rows; --rows 300 --trees 300 --depth 6 --features 40", TreeBenchmark.Run, "--rows 20 --train 1000 --trees 3 --depth 3 --features 5 --rounds 6"),
        new("report", "seconds of all figures of a lake; --lake DIR --mib 4096 --rounds 1", ReportBenchmark.Run, "--lake {lake} --mib 512"),
        new("rollback", "milliseconds of a rollback; --database sqlite|postgres --users 1000 --tracks 5000 --heard 100 --factors 64", RollbackBenchmark.Run, "--users 20 --tracks 200 --heard 5 --factors 8 --rounds 2"),
        new("recommend", "Recommend a second of a running system; --server URL --callers 8 --seconds 10 --users 13000", LoadBenchmark.RunRecommend, "--server {server} --seconds 1 --callers 2 --users 50"),
        new("stream", "listens a second that a running system confirms; --server URL --seconds 8 --users 20000 --tracks 100000", LoadBenchmark.RunStream, "--server {server} --seconds 1 --users 50 --tracks 100"),
        new("training", "seconds and memory of every stage of a training; --data DIR, and settings such as --als.factors 64", TrainingBenchmark.Run, "--data {data} --als.factors 8 --als.iterations 2 --ranker.trees 5 --ranker.windows 1"),
        new("bulk", "many rows into Postgres and SQLite: own writer, linq2db, EF Core; --rows 1000000 --rounds 2", BulkWriteBenchmark.Run, "--rows 1000 --rounds 1"),
        new("export", "million rows a second from index lists to Parquet; --users 200000 --tracks 1000000 --codec zstd", ExportBenchmark.Run, "--users 100 --tracks 1000"),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["smallest"])
        {
            return await RunSmallestAsync();
        }

        var chosen = Array.Find(Benchmarks, benchmark => args.Length > 0 && benchmark.Name == args[0]);
        if (chosen is null)
        {
            Console.WriteLine("usage: dotnet run -c Release --project tests/RecSys.Benchmarks -- BENCHMARK [--option value]…");
            foreach (var benchmark in Benchmarks)
            {
                Console.WriteLine($"  {benchmark.Name,-10} {benchmark.Does}");
            }

            Console.WriteLine($"  {"smallest",-10} all of them at their smallest size: whether they run, not what they measure");
            return 2;
        }

        Console.WriteLine(Machine.Describe());
        try
        {
            chosen.Run(new BenchmarkArguments(args.AsSpan(1)));
            return 0;
        }
        catch (ArgumentException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
    }

    /// <summary>One line for each; what a benchmark printed is shown when it fails.</summary>
    private static async Task<int> RunSmallestAsync()
    {
        var console = Console.Out;
        var failed = 0;
        await using var inputs = new SmallestInputs();
        foreach (var benchmark in Benchmarks)
        {
            var start = Stopwatch.GetTimestamp();
            using var printed = new StringWriter(CultureInfo.InvariantCulture);
            Console.SetOut(printed);
            try
            {
                benchmark.Run(new BenchmarkArguments(await inputs.FillAsync(benchmark.Smallest)));
                var output = printed.ToString();
                if (!output.Any(char.IsAsciiDigit) || output.Contains("NaN", StringComparison.Ordinal))
                {
                    throw new InvalidOperationException("It printed no figure, or one that is no number.");
                }

                await console.WriteLineAsync($"{benchmark.Name,-10} ran in {Stopwatch.GetElapsedTime(start).TotalSeconds:f1} s");
            }
#pragma warning disable CA1031 // Whatever a benchmark throws, the others are run as well.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failed++;
                await console.WriteLineAsync($"{benchmark.Name,-10} FAILED\n{printed}{exception}");
            }
        }

        Console.SetOut(console);
        Console.WriteLine($"{Benchmarks.Length - failed} ran, {failed} failed");
        return failed == 0 ? 0 : 1;
    }
}

/// <summary>One of the benchmarks that the program runs.</summary>
/// <param name="Name">The program's first argument.</param>
/// <param name="Does">What it measures, and its own arguments.</param>
/// <param name="Run">Runs it and prints its figures.</param>
/// <param name="Smallest">Arguments with which it does all that it does in about a second; <see cref="SmallestInputs"/> knows what is in braces.</param>
internal sealed record Benchmark(string Name, string Does, Action<BenchmarkArguments> Run, string Smallest);
