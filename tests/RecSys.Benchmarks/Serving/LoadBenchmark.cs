using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Contracts.Serving.V1;

namespace RecSys.Benchmarks.Serving;

/// <summary>Load on a running system, over its public contracts only, so that one program measures several versions of it.</summary>
internal static class LoadBenchmark
{
    private const int ListensPerBatch = 500;

    /// <summary>Recommend in a closed loop: each caller asks again when it has its answer. Users are named 0, 1, 2, … as generated logs name them.</summary>
    public static void RunRecommend(BenchmarkArguments arguments) => RecommendAsync(arguments).GetAwaiter().GetResult();

    /// <summary>One StreamListens call with batches of 500; counts what was confirmed.</summary>
    public static void RunStream(BenchmarkArguments arguments) => StreamAsync(arguments).GetAwaiter().GetResult();

    private static async Task RecommendAsync(BenchmarkArguments arguments)
    {
        using var channel = GrpcChannel.ForAddress(
            arguments.Get("server", "http://127.0.0.1:5100"),
            new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true } });
        var client = new ServingService.ServingServiceClient(channel);
        var users = arguments.Get("users", 13_000);
        var time = TimeSpan.FromSeconds(arguments.Get("seconds", 10));
        var callers = arguments.Get("callers", 8);
        var start = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, callers).Select(CallAsync));

        var all = answers.SelectMany(answer => answer.Milliseconds).Order().ToArray();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (answers.All(answer => answer.Failed == answer.Milliseconds.Count))
        {
            throw new InvalidOperationException("No call was answered.");
        }

        Console.WriteLine(
            $"recommend, {callers} callers: {all.Length / seconds:f0}/s, p50 {At(0.5):f1} ms, p99 {At(0.99):f1} ms, "
            + $"{answers.Sum(answer => answer.Degraded)} degraded, {answers.Sum(answer => answer.Failed)} failed of {all.Length}");

        double At(double quantile) => all.Length == 0 ? double.NaN : all[Math.Min((int)(quantile * all.Length), all.Length - 1)];

        async Task<(List<double> Milliseconds, int Degraded, int Failed)> CallAsync(int caller)
        {
            var random = new Random(caller);
            var milliseconds = new List<double>();
            var (degraded, failed) = (0, 0);
            while (Stopwatch.GetElapsedTime(start) < time)
            {
                var asked = Stopwatch.GetTimestamp();
                try
                {
                    var request = new RecommendRequest { UserId = $"{random.Next(users)}", SlateSize = 20 };
                    var answer = await client.RecommendAsync(request, deadline: DateTime.UtcNow.AddSeconds(5));
                    degraded += answer.Degraded ? 1 : 0;
                }
                catch (RpcException)
                {
                    failed++;
                }

                milliseconds.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            }

            return (milliseconds, degraded, failed);
        }
    }

    private static async Task StreamAsync(BenchmarkArguments arguments)
    {
        using var channel = GrpcChannel.ForAddress(arguments.Get("server", "http://127.0.0.1:5100"));
        var client = new IngestService.IngestServiceClient(channel);
        var random = new Random(arguments.Get("seed", Environment.ProcessId));
        var (users, tracks) = (arguments.Get("users", 20_000), arguments.Get("tracks", 100_000));
        var from = DateTime.UtcNow.AddDays(-30);
        var time = TimeSpan.FromSeconds(arguments.Get("seconds", 8));
        var start = Stopwatch.GetTimestamp();
        using var call = client.StreamListens();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            var batch = new StreamListensRequest { Producer = "benchmark" };
            for (var i = 0; i < ListensPerBatch; i++)
            {
                batch.Listens.Add(new Listen
                {
                    UserId = $"u{random.Next(users)}",
                    TrackId = $"t{random.Next(tracks)}",
                    ListenTime = Timestamp.FromDateTime(from.AddTicks(random.NextInt64(TimeSpan.TicksPerDay))),
                });
            }

            await call.RequestStream.WriteAsync(batch);
        }

        await call.RequestStream.CompleteAsync();
        var answer = await call;
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine($"stream: {answer.Accepted / seconds:n0} listens/s confirmed, {answer.Accepted:n0} in {seconds:f1} s");
    }
}
