using System.Diagnostics;
using System.Globalization;
using RecSys.Lake;
using RecSys.Lake.Exports;

namespace RecSys.Benchmarks.Stores;

/// <summary>Ranked lists of indices, in memory, as the ids that they stand for in a Parquet file.</summary>
internal static class ExportBenchmark
{
    private const int ListsPerGroup = 640;

    public static void Run(BenchmarkArguments arguments)
    {
        var userCount = arguments.Get("users", 200_000);
        var trackCount = arguments.Get("tracks", 1_000_000);
        var length = arguments.Get("length", 100);
        var random = new Random(1);
        var tracks = new int[(long)userCount * length];
        var scores = new float[tracks.Length];
        for (var i = 0; i < tracks.Length; i++)
        {
            // Popular tracks are in many lists; scores fall from place to place.
            tracks[i] = (int)(trackCount * Math.Pow(random.NextDouble(), 3));
            scores[i] = 1 - ((i % length) + random.NextSingle()) / length;
        }

        var userIds = Ids("user", userCount);
        var trackIds = Ids("track", trackCount);
        var exporter = new ListExporter(arguments.Get("codec", "zstd") == "snappy" ? LakeCompression.Snappy : LakeCompression.Zstd);
        var file = Path.Combine(Path.GetTempPath(), $"recsys-export-{Guid.NewGuid():N}.parquet");
        try
        {
            var clock = new Stopwatches();
            var rows = exporter.WriteListsAsync(file, new ListColumns("user_id", "track_id"), userIds, trackIds, Groups()).GetAwaiter().GetResult();
            var (seconds, cpuSeconds) = (clock.Seconds, clock.CpuSeconds);
            using var process = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{rows:N0} rows, {new FileInfo(file).Length / 1e6:N0} MB: {seconds:F1} s, {cpuSeconds:F1} CPU-s, {rows / seconds / 1e6:F2} M rows/s, peak {process.PeakWorkingSet64 / 1e9:F2} GB"));
        }
        finally
        {
            File.Delete(file);
        }

        async IAsyncEnumerable<IReadOnlyList<IndexedList>> Groups()
        {
            await Task.Yield();
            for (var first = 0; first < userCount; first += ListsPerGroup)
            {
                yield return [.. Enumerable.Range(first, Math.Min(ListsPerGroup, userCount - first)).Select(user =>
                    new IndexedList(user, tracks.AsMemory(user * length, length), scores.AsMemory(user * length, length)))];
            }
        }
    }

    // As long as producers' ids are.
    private static string[] Ids(string kind, int count) =>
        [.. Enumerable.Range(0, count).Select(index => string.Create(CultureInfo.InvariantCulture, $"{kind}-{index:D9}"))];
}
