using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Histories;
using RecSys.Ingest;
using RecSys.Lake;
using RecSys.Serving;
using RecSys.Standalone;
using RecSys.TestKit;
using RecSys.TestKit.Hosts;

namespace RecSys.Benchmarks.Stores;

/// <summary>Listens through to the database and the lake, and how long a single one takes to be answered while many others arrive.</summary>
internal static class IngestBenchmark
{
    private const int ListensPerBatch = 500;

    public static void Run(BenchmarkArguments arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchmarkArguments arguments)
    {
        using var folder = TempFolder.InMemory("ingest");
        var way = arguments.Get("way", "distributed");
        await using var system = way == "standalone" ? await StartStandaloneAsync(folder) : await StartDistributedAsync(folder);
        var listens = new MadeUpListens(arguments.Get("users", 200_000), arguments.Get("tracks", 100_000), arguments.Get("days", 1));
        await MeasureThroughputAsync(system, listens, arguments.Get("listens", 2_000_000), arguments.Get("streams", way == "standalone" ? 4 : 1));
        await MeasureLatencyAsync(system, listens, arguments.Get("rate", 10_000), TimeSpan.FromSeconds(arguments.Get("seconds", 10)));
    }

    private static async Task MeasureThroughputAsync(IngestSystem system, MadeUpListens listens, int count, int streams)
    {
        var start = Stopwatch.GetTimestamp();
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var shares = Enumerable.Range(0, streams).Select(stream => (count / streams) + (stream < count % streams ? 1 : 0));
        await Task.WhenAll(shares.Select(share => Task.Run(() => StreamAsync(system.Channel, listens, share))));
        var confirmed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        while (await system.CountStoredAsync() < count)
        {
            await Task.Delay(50);
        }

        var stored = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var (rows, segments) = (await system.CountStoredAsync(), (await system.Lake.ListAsync()).Count);
        Console.WriteLine(
            $"{count:n0} listens: {count / confirmed:n0}/s confirmed, {count / stored:n0}/s stored ({rows:n0} rows in {segments} segments, "
            + $"{await system.History.CountAsync(default):n0} recent), {(Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds:f1} s of this process' {stored:f1} s");
    }

    /// <summary>One caller sends single listens, one after the other, while others stream at a fixed rate.</summary>
    private static async Task MeasureLatencyAsync(IngestSystem system, MadeUpListens listens, int rate, TimeSpan time)
    {
        foreach (var load in (int[])[0, rate])
        {
            using var ended = new CancellationTokenSource();
            var background = load == 0 ? Task.CompletedTask : Task.Run(() => StreamAtAsync(system.Channel, listens, load, ended.Token));
            var client = new IngestService.IngestServiceClient(system.Channel);
            var milliseconds = new List<double>();
            for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time;)
            {
                var asked = Stopwatch.GetTimestamp();
                await client.SubmitListensAsync(new SubmitListensRequest { Producer = "benchmark", Listens = { listens.Next() } });
                milliseconds.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                await Task.Delay(5);
            }

            await ended.CancelAsync();
            await background;
            milliseconds.Sort();
            Console.WriteLine(
                $"SubmitListens of 1 beside {load:n0} listens/s: p50 {At(0.5):f1} ms, p99 {At(0.99):f1} ms, longest {milliseconds[^1]:f1} ms of {milliseconds.Count:n0}");

            double At(double quantile) => milliseconds[Math.Min((int)(quantile * milliseconds.Count), milliseconds.Count - 1)];
        }
    }

    private static async Task StreamAsync(GrpcChannel channel, MadeUpListens listens, int count)
    {
        using var call = new IngestService.IngestServiceClient(channel).StreamListens();
        for (var left = count; left > 0; left -= ListensPerBatch)
        {
            await call.RequestStream.WriteAsync(new StreamListensRequest { Producer = "benchmark", Listens = { listens.Take(Math.Min(left, ListensPerBatch)) } });
        }

        await call.RequestStream.CompleteAsync();
        if (await call is { } answer && answer.Accepted + answer.Duplicate != count)
        {
            throw new InvalidOperationException($"{answer.Accepted} of {count} listens were accepted.");
        }
    }

    private static async Task StreamAtAsync(GrpcChannel channel, MadeUpListens listens, int rate, CancellationToken cancellationToken)
    {
        const int BatchesPerSecond = 50;
        using var call = new IngestService.IngestServiceClient(channel).StreamListens(cancellationToken: CancellationToken.None);
        var start = Stopwatch.GetTimestamp();
        for (var batch = 1; !cancellationToken.IsCancellationRequested; batch++)
        {
            await call.RequestStream.WriteAsync(new StreamListensRequest { Producer = "benchmark", Listens = { listens.Take(rate / BatchesPerSecond) } }, CancellationToken.None);
            var ahead = TimeSpan.FromSeconds((double)batch / BatchesPerSecond) - Stopwatch.GetElapsedTime(start);
            await Task.Delay(ahead > TimeSpan.Zero ? ahead : TimeSpan.Zero, CancellationToken.None);
        }

        await call.RequestStream.CompleteAsync();
        await call;
    }

    private static async Task<IngestSystem> StartDistributedAsync(TempFolder folder)
    {
        var parts = new Stack<IAsyncDisposable>();
        var postgres = await PostgresServer.StartAsync();
        parts.Push(postgres);
        var rabbitMq = await RabbitMqServer.StartAsync();
        parts.Push(rabbitMq);
        var settings = new Dictionary<string, string>
        {
            ["Database:Provider"] = "postgres",
            ["Database:ConnectionString"] = await postgres.CreateDatabaseAsync(),
            ["Lake:Root"] = folder.File("lake"),
            ["Bus:Transport"] = "rabbitmq",
            ["Bus:Uri"] = rabbitMq.Uri.OriginalString,
            ["Services:Candidate"] = "http://127.0.0.1:1",
            ["Services:Ranker"] = "http://127.0.0.1:1",
        };
        var ingest = await ServiceHost.StartAsync("ingest", builder => builder.AddIngest(), app => app.MapIngest(), settings);
        parts.Push(ingest);
        parts.Push(await ServiceHost.StartAsync("serving", builder => builder.AddServing(), app => app.MapServing(), settings));
        return new IngestSystem(ingest.Channel, ingest.Services, parts);
    }

    private static async Task<IngestSystem> StartStandaloneAsync(TempFolder folder)
    {
        var host = await StandaloneHost.StartAsync(StandaloneSettings.Quiet(new DirectoryInfo(folder.File("data"))) with { IsIsolated = true });
        return new IngestSystem(GrpcChannel.ForAddress(host.GrpcAddress), host.Services, new Stack<IAsyncDisposable>([host]));
    }
}

/// <summary>A system that takes listens, all that it needs started for the benchmark.</summary>
internal sealed class IngestSystem(GrpcChannel channel, IServiceProvider services, Stack<IAsyncDisposable> parts) : IAsyncDisposable
{
    public GrpcChannel Channel => channel;

    public ListenLake Lake { get; } = services.GetRequiredService<ListenLake>();

    public ListenHistoryStore History { get; } = services.GetRequiredService<ListenHistoryStore>();

    public async Task<long> CountStoredAsync() => (await Lake.ListAsync()).Sum(segment => segment.Rows);

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        while (parts.TryPop(out var part))
        {
            await part.DisposeAsync();
        }
    }
}

/// <summary>Listens of random users to random tracks, no two of them the same. Safe for threads.</summary>
internal sealed class MadeUpListens(int users, int tracks, int days)
{
    private readonly DateTime _from = DateTime.UtcNow.AddDays(-days);
    private long _made;

    public IEnumerable<Listen> Take(int count)
    {
        for (var i = 0; i < count; i++)
        {
            yield return Next();
        }
    }

    public Listen Next()
    {
        // A microsecond more each, at a random day: never the same listen twice.
        var made = Interlocked.Increment(ref _made);
        return new Listen
        {
            UserId = $"user-{Random.Shared.Next(users)}",
            TrackId = $"track-{Random.Shared.Next(tracks)}",
            ListenTime = Timestamp.FromDateTime(_from.AddDays(Random.Shared.Next(days)).AddMicroseconds(made)),
            PlayedShare = Random.Shared.NextSingle(),
        };
    }
}
