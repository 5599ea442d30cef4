using RecSys.Analytics.Listens;
using RecSys.Analytics.Reports;
using RecSys.Lake;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Benchmarks.Stores;

/// <summary>Seconds of all figures of a report over a lake that is there already, and the memory that they took.</summary>
internal static class ReportBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var folder = arguments.Get("lake", "");
        if (folder.Length == 0)
        {
            throw new ArgumentException("Name a lake with listens, such as --lake DATA/lake after: recsys generate FOLDER, recsys import yandex FOLDER --data DATA.");
        }

        var database = SampleDatabase.OpenSqliteAsync(Path.Combine(folder, "..", "recsys.db")).GetAwaiter().GetResult();
        using var lake = new ListenLake(folder, database.Segments, new LakeEngineOptions { MemoryLimitBytes = (long)arguments.Get("mib", 4_096) << 20 });
        using var queries = new LakeQueries(lake);
        for (var round = 0; round < arguments.Get("rounds", 1); round++)
        {
            var watches = new Stopwatches();
            var (step, seconds) = ("start", 0.0);
            var report = new LakeReporter(queries).CreateAsync(new ReportOptions(), (_, next) => Next(next)).GetAwaiter().GetResult();
            Next("end");
            Console.WriteLine(
                report is null
                    ? $"{folder} has no listens"
                    : $"{watches.Seconds:f1} s, {watches.CpuSeconds:f1} CPU-s, {Environment.WorkingSet >> 20:n0} MiB now: {report.Totals.Listens:n0} listens, {report.Totals.Users:n0} users, {report.Totals.Tracks:n0} tracks, {report.Time?.Sessions.Count:n0} sessions");

            void Next(string next)
            {
                Console.WriteLine($"  {step,-10} {watches.Seconds - seconds:f1} s");
                (step, seconds) = (next, watches.Seconds);
            }
        }

        using var process = System.Diagnostics.Process.GetCurrentProcess();
        Console.WriteLine($"{process.PeakWorkingSet64 >> 20:n0} MiB at most");
    }
}
