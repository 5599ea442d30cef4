using RecSys.Analytics.Listens;
using RecSys.Analytics.Synthetic;
using RecSys.Analytics.Upkeep;
using RecSys.Lake;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Benchmarks.Stores;

/// <summary>The lake at the size of a large service.</summary>
internal static class LakeBenchmark
{
    /// <summary>Generates a log and removes it again, unless a folder for it is named.</summary>
    public static void RunGenerate(BenchmarkArguments arguments)
    {
        var kept = arguments.Get("folder", "");
        var folder = kept.Length > 0 ? kept : Path.Combine(Path.GetTempPath(), $"recsys-generated-{Guid.NewGuid():N}");
        var options = new YandexLogOptions
        {
            UserCount = arguments.Get("users", 137_000),
            TrackCount = arguments.Get("tracks", 1_000_000),
            InteractionCount = arguments.Get("interactions", 22_200_000),
        };
        var clock = new Stopwatches();
        try
        {
            var summary = YandexLogGenerator.WriteAsync(folder, options).GetAwaiter().GetResult();
            Report("generate", summary.Interactions, clock, $", {summary.Bytes >> 20} MiB");
        }
        finally
        {
            if (kept.Length == 0 && Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>Loads the cells of a lake, then writes all cells with their ids, as lists of recommendations are written.</summary>
    public static void RunLoad(BenchmarkArguments arguments)
    {
        var folder = Existing(arguments);
        var database = SampleDatabase.OpenSqliteAsync(Path.Combine(folder, "..", "recsys.db")).GetAwaiter().GetResult();
        using var lake = new ListenLake(folder, database.Segments, Engine(arguments));
        using var queries = new LakeQueries(lake);
        var clock = new Stopwatches();
        var cells = queries.ReadInteractionsAsync(InteractionQuery.All).GetAwaiter().GetResult();
        Report("load", cells.ListenCount, clock, $", {cells.CellCount} cells of {cells.UserIds.Length} users x {cells.TrackIds.Length} tracks");

        clock = new Stopwatches();
        var characters = 0L;
        for (var i = 0; i < cells.CellCount; i++)
        {
            characters += cells.UserIds[cells.UserIndex[i]].Length + cells.TrackIds[cells.ItemIndex[i]].Length;
        }

        Report("ids of all cells", cells.CellCount, clock, $", {characters} characters");
    }

    /// <summary>Appends listens in many small calls, then compacts.</summary>
    public static void RunCompact(BenchmarkArguments arguments)
    {
        var listens = arguments.Get("listens", 1_000_000);
        var perCall = arguments.Get("batch", 500);
        var folder = Path.Combine(Path.GetTempPath(), $"recsys-compacted-{Guid.NewGuid():N}");
        try
        {
            using var lake = new ListenLake(folder, Engine(arguments));
            using var queries = new LakeQueries(lake);
            var clock = new Stopwatches();
            var random = new Random(1);
            var time = new DateTimeOffset(2025, 3, 14, 0, 0, 0, TimeSpan.Zero);
            for (var done = 0; done < listens; done += perCall)
            {
                lake.AppendAsync([.. Enumerable.Range(0, perCall).Select(i => new LakeListen(
                    $"user-{random.Next(20_000)}", $"track-{random.Next(100_000)}", time.AddMilliseconds((done + i) * 86_400_000L / listens)))]).GetAwaiter().GetResult();
            }

            Report("append", listens, clock, "");
            clock = new Stopwatches();
            _ = queries.ReadInteractionsAsync(InteractionQuery.All).GetAwaiter().GetResult();
            Report("load small segments", listens, clock, "");
            clock = new Stopwatches();
            var report = new LakeUpkeep(queries).CompactAsync(new CompactionOptions()).GetAwaiter().GetResult();
            Report("compact", listens, clock, $", {report.SegmentsBefore} segments of {report.BytesBefore >> 20} MiB became {report.SegmentsAfter} of {report.BytesAfter >> 20} MiB");
            clock = new Stopwatches();
            _ = queries.ReadInteractionsAsync(InteractionQuery.All).GetAwaiter().GetResult();
            Report("load compacted", listens, clock, "");
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static string Existing(BenchmarkArguments arguments)
    {
        var folder = arguments.Get("lake", "");
        return Directory.Exists(folder)
            ? folder
            : throw new ArgumentException("Name a lake with --lake DIR, such as .recsys/lake after 'recsys generate' and 'recsys import yandex'.");
    }

    private static LakeEngineOptions Engine(BenchmarkArguments arguments) => new()
    {
        Threads = arguments.Get("threads", Environment.ProcessorCount),
        MemoryLimitBytes = (long)arguments.Get("memory", 2_048) << 20,
    };

    private static void Report(string what, long rows, Stopwatches clock, string more) => Console.WriteLine(
        $"{what}: {rows} rows in {clock.Seconds:F1} s ({clock.CpuSeconds:F1} CPU-s), {rows / clock.Seconds / 1e6:F2} M rows/s, peak {PeakMemory.MiB()} MiB{more}");
}
