using RecSys.Benchmarks.Als;
using RecSys.Benchmarks.Lake;
using RecSys.Benchmarks.Linear;
using RecSys.Benchmarks.Models;
using RecSys.Benchmarks.Ranking;
using RecSys.Benchmarks.Serving;
using RecSys.Benchmarks.TopK;
using RecSys.Benchmarks.Training;

namespace RecSys.Benchmarks;

/// <summary>Runs the benchmark whose name is the first argument; the rest are its own.</summary>
internal static class BenchmarkRunner
{
    private static readonly (string Name, string Does, Action<BenchmarkArguments> Run)[] Benchmarks =
    [
        ("peak", "multiply-add peak of one core, and what the kernels reach of it", KernelBenchmark.Run),
        ("als", "seconds an iteration on the synthetic log; --solver cg|cholesky --factors 64 --iterations 3", AlsBenchmark.RunSynthetic),
        ("als-large", "50.3 M cells, 1.37 M x 0.93 M, 30 factors; --iterations 30", AlsBenchmark.RunLarge),
        ("als-file", "seconds an iteration on an adjacency file; --file train.txt.gz --factors 512", AlsBenchmark.RunFile),
        ("fold-in", "microseconds for one user's factors; --factors 64", FoldInBenchmark.Run),
        ("top-k", "users a second for lists of 100 with seen items filtered; --factors 64", TopKBenchmark.RunUsers),
        ("query", "milliseconds for one list of 100 over a million items; --factors 64", TopKBenchmark.RunQuery),
        ("similar", "items a second for lists of 100 similar items; --factors 64", TopKBenchmark.RunSimilar),
        ("item-knn", "seconds for all pairs of items; --file train.txt.gz --neighbors 0", ModelBenchmark.RunItems),
        ("user-knn", "seconds for all pairs of 9,515 users and all their scores", ModelBenchmark.RunUsers),
        ("ease", "seconds for the closed form; --file train.txt.gz --gib 4", ModelBenchmark.RunEase),
        ("slim", "seconds for the sparse linear model; --file train.txt.gz --neighbors 100", ModelBenchmark.RunSlim),
        ("generate", "rows a second of a generated log; --interactions 22200000 --users 137000 --tracks 1000000 [--folder DIR]", LakeBenchmark.RunGenerate),
        ("load", "listens a second from a lake into the matrix, and all ids back; --lake DIR --threads 2 --memory 2048 (MiB of the engine)", LakeBenchmark.RunLoad),
        ("compact", "many small segments into few; --listens 1000000 --batch 500", LakeBenchmark.RunCompact),
        ("ranking", "NDCG@10 of the final lists and of every source; --format ml|botify|demo --data FOLDER", RankingBenchmark.Run),
        ("import", "import and clean what 'recsys generate' wrote; --folder FOLDER --memory 4096", ImportBenchmark.RunYandex),
        ("import-tsv", "import and clean a TSV like Last.fm 1K; --rows 19000000 --memory 4096", ImportBenchmark.RunLastFm),
        ("trees", "milliseconds for the margins of 300 rows; --rows 300 --trees 300 --depth 6 --features 40", TreeBenchmark.Run),
        ("report", "seconds of all figures of a lake; --lake DIR --mib 4096 --rounds 1", ReportBenchmark.Run),
        ("rollback", "milliseconds of a rollback; --database sqlite|postgres --users 1000 --tracks 5000 --heard 100 --factors 64", RollbackBenchmark.Run),
        ("recommend", "Recommend a second of a running system; --server URL --callers 8 --seconds 10 --users 13000", LoadBenchmark.RunRecommend),
        ("stream", "listens a second that a running system confirms; --server URL --seconds 8", LoadBenchmark.RunStream),
        ("training", "seconds and memory of every stage of a training; --data DIR, and settings such as --als.factors 64", TrainingBenchmark.Run),
        ("export", "million rows a second from index lists to Parquet; --users 200000 --tracks 1000000 --codec zstd", ExportBenchmark.Run),
    ];

    public static int Run(string[] args)
    {
        var chosen = Array.Find(Benchmarks, benchmark => args.Length > 0 && benchmark.Name == args[0]);
        if (chosen.Run is null)
        {
            Console.WriteLine("usage: dotnet run -c Release --project tests/RecSys.Benchmarks -- BENCHMARK [--option value]…");
            foreach (var (name, does, _) in Benchmarks)
            {
                Console.WriteLine($"  {name,-10} {does}");
            }

            return 2;
        }

        Console.WriteLine(Machine.Describe());
        chosen.Run(new BenchmarkArguments(args.AsSpan(1)));
        return 0;
    }
}
