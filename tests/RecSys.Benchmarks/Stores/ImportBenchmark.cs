using System.Globalization;
using System.Text;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Lake;

namespace RecSys.Benchmarks.Stores;

/// <summary>Import and cleaning of a log of full size, the catalogue and all rules included.</summary>
internal static class ImportBenchmark
{
    /// <summary>The three Parquet files that <c>recsys generate</c> wrote.</summary>
    public static void RunYandex(BenchmarkArguments arguments)
    {
        var folder = arguments.Get("folder", "");
        if (folder.Length == 0)
        {
            throw new ArgumentException("Name a folder that 'recsys generate' wrote with --folder.");
        }

        Import("yandex", folder, arguments);
    }

    /// <summary>A TSV of the size and columns of Last.fm 1K, written first.</summary>
    public static void RunLastFm(BenchmarkArguments arguments)
    {
        var rows = arguments.Get("rows", 19_000_000);
        var file = Path.Combine(Path.GetTempPath(), $"recsys-benchmark-{Guid.NewGuid():N}.tsv");
        try
        {
            Write(file, rows);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{new FileInfo(file).Length / 1e9:F2} GB of TSV"));
            Import("lastfm-1k", file, arguments);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Import(string format, string path, BenchmarkArguments arguments)
    {
        var root = Directory.CreateTempSubdirectory("recsys-benchmark-");
        try
        {
            using var lake = new ListenLake(
                root.FullName,
                new LakeEngineOptions { MemoryLimitBytes = (long)arguments.Get("memory", 4_096) << 20, TempFolder = Path.Combine(root.FullName, "spilled") });
            using var queries = new LakeQueries(lake);
            var watch = new Stopwatches();
            var stage = "";
            var report = new LogImporter(queries).ImportAsync(
                format,
                [path],
                new ImportOptions
                {
                    ColdListens = 3,
                    Progress = (_, name) =>
                    {
                        if (name != stage)
                        {
                            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Seconds,7:F1} s  {stage = name}"));
                        }
                    },
                }).GetAwaiter().GetResult();
            var (seconds, cpuSeconds) = (watch.Seconds, watch.CpuSeconds);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{format}: {report.Rows:N0} rows, {report.Kept:N0} kept, {report.NamedTracks:N0} names: {seconds:F1} s ({cpuSeconds:F1} CPU-s), {report.Rows / seconds / 1e6:F2} M rows/s, peak {PeakMemory()}"));
            foreach (var rule in report.Rules.Where(rule => rule.Dropped > 0))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {rule.Rule} {rule.Dropped:N0}"));
            }
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    // A thousand users, as in Last.fm 1K; popular tracks are drawn more often, one in ten has no id.
    private static void Write(string file, int rows)
    {
        using var writer = new StreamWriter(file, append: false, new UTF8Encoding(false), 1 << 20);
        var random = new Random(7);
        var time = new DateTime(2005, 2, 14, 0, 0, 0, DateTimeKind.Utc);
        Span<char> text = stackalloc char[256];
        for (var row = 0; row < rows; row++)
        {
            var user = (int)((long)row * 1_000 / rows);
            var draw = random.NextDouble();
            var track = (int)(draw * draw * draw * 1_000_000);
            var artist = track / 6;
            var at = time.AddSeconds((long)row % (rows / 1_000) * 7_000 + (user * 13));
            var trackId = track % 10 == 3 ? "" : string.Create(CultureInfo.InvariantCulture, $"{track:x8}-5e4b-4a1c-9f6d-{track:x12}");
            text.TryWrite(
                CultureInfo.InvariantCulture,
                $"user_{user:d6}\t{at:yyyy-MM-dd'T'HH:mm:ss'Z'}\t{artist:x8}-bd35-4e99-8624-{artist:x12}\tArtist of many words {artist}\t{trackId}\tA \"track\" with a title {track}\n",
                out var length);
            writer.Write(text[..length]);
        }
    }

    private static string PeakMemory()
    {
        const string Status = "/proc/self/status";
        return File.Exists(Status) && File.ReadLines(Status).FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line
            ? string.Create(CultureInfo.InvariantCulture, $"{long.Parse(line.AsSpan(6, line.Length - 9), CultureInfo.InvariantCulture) / 1024.0 / 1024.0:F2} GiB")
            : "unknown";
    }
}
