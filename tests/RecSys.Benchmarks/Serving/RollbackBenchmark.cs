using System.Diagnostics;
using RecSys.Contracts.Serving.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.TestKit;

namespace RecSys.Benchmarks.Serving;

/// <summary>
/// How long a rollback takes: the transaction alone, the call, and until serving answers from the version before. Trainer,
/// candidate, ranker and serving are hosts of their own over real sockets, on Postgres and RabbitMQ, or one host on SQLite.
/// </summary>
internal static class RollbackBenchmark
{
    private const string AskedUser = "u0";

    public static void Run(BenchmarkArguments arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchmarkArguments arguments)
    {
        using var folder = new TempFolder("rollback");
        await using var system = arguments.Get("database", "sqlite") == "postgres"
            ? await RollbackSystem.StartDistributedAsync(folder)
            : await RollbackSystem.StartStandaloneAsync(folder);
        var size = new VersionSize(
            arguments.Get("users", 1_000), arguments.Get("tracks", 5_000), arguments.Get("heard", 100), arguments.Get("factors", 64));
        foreach (var version in new[] { "v0", "v1", "v2" })
        {
            var watches = new Stopwatches();
            await VersionOfSize.WriteAsync(system.Models, system.Artifacts, version, size);
            var written = watches.Seconds;
            var (call, answered) = await SwitchAsync(
                system, version, () => system.Trainer.ActivateModelAsync(new ActivateModelRequest { ModelVersion = version }).ResponseAsync);
            Console.WriteLine($"{version}: written in {written:f1} s; activated: call {call:f0} ms, serving answers from it after {answered:f0} ms (loaded)");
        }

        var rounds = arguments.Get("rounds", 20);
        var transactions = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            await system.Models.RollbackAsync(CancellationToken.None);
            transactions[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        // An even number of silent rollbacks leaves things as they were, but let everybody look again.
        await SwitchAsync(system, "v2", () => system.Trainer.ActivateModelAsync(new ActivateModelRequest { ModelVersion = "v2" }).ResponseAsync);
        var calls = new double[rounds];
        var answers = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            (calls[round], answers[round]) = await SwitchAsync(
                system, round % 2 == 0 ? "v1" : "v2", () => system.Trainer.RollbackModelAsync(new RollbackModelRequest()).ResponseAsync);
        }

        Console.WriteLine($"{size.Users:n0} users, {size.Tracks:n0} tracks, {size.Users * (long)size.HeardOfUser:n0} cells, {size.Factors} factors; {rounds} rollbacks, ms: median (most)");
        Console.WriteLine($"transaction alone        {Summary(transactions)}");
        Console.WriteLine($"RollbackModel            {Summary(calls)}");
        Console.WriteLine($"until serving answers    {Summary(answers)}   from the version before, the call included");
    }

    /// <summary>Milliseconds until the call is answered, and until serving answers in full from the version.</summary>
    private static async Task<(double Call, double Answered)> SwitchAsync<T>(RollbackSystem system, string version, Func<Task<T>> change)
    {
        var start = Stopwatch.GetTimestamp();
        await change();
        var call = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        while (true)
        {
            var answer = await system.Serving.RecommendAsync(new RecommendRequest { UserId = AskedUser });
            if (answer.ModelVersion == version && !answer.Degraded)
            {
                return (call, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }
    }

    private static string Summary(double[] milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        return $"{sorted[sorted.Length / 2],7:f1} ({sorted[^1]:f1})";
    }
}
