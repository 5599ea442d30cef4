using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Candidate;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Hosting.Bus;
using RecSys.Ranker;
using RecSys.TestKit;
using RecSys.TestKit.Hosts;
using RecSys.TestKit.Models;

namespace RecSys.Serving.Tests;

/// <summary>Candidate, ranker and serving, each a host of its own on real sockets, on one database.</summary>
internal sealed class ServingSystem : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, string> _settings;
    private readonly int _candidatePort = FreePort.Next();
    private readonly int _rankerPort = FreePort.Next();
    private ServiceHost? _candidate;
    private ServiceHost? _ranker;
    private ServiceHost? _serving;

    private ServingSystem(SampleDatabase database, IEnumerable<(string Key, string Value)> settings)
    {
        Database = database;
        _settings = new Dictionary<string, string>(database.Settings)
        {
            ["Services:Candidate"] = $"http://127.0.0.1:{_candidatePort}",
            ["Services:Ranker"] = $"http://127.0.0.1:{_rankerPort}",
            ["Serving:BreakerPause"] = "00:00:00.500",
        };
        foreach (var (key, value) in settings)
        {
            _settings[key] = value;
        }
    }

    public SampleDatabase Database { get; }

    /// <summary>The exposures that came over the bus.</summary>
    public ConcurrentQueue<Exposure> Exposures { get; } = new();

    public ServiceHost Serving => _serving ?? throw new InvalidOperationException("Serving was not started.");

    public ServingService.ServingServiceClient Client => new(Serving.Channel);

    /// <summary>Asks the candidate service itself.</summary>
    public CandidateService.CandidateServiceClient CandidateClient => new(_candidate!.Channel);

    /// <summary>Starts everything on a SQLite database, with the log's model as version <c>v1</c> or without any.</summary>
    public static async Task<ServingSystem> StartAsync(SampleLog? log, params (string Key, string Value)[] settings) =>
        await StartAsync(await SampleDatabase.CreateSqliteAsync(), log, settings);

    /// <summary>Starts everything on a database, which it owns from then on.</summary>
    public static async Task<ServingSystem> StartAsync(SampleDatabase database, SampleLog? log, params (string Key, string Value)[] settings)
    {
        var system = new ServingSystem(database, settings);
        if (log is not null)
        {
            await database.Tracks.PutAsync([.. log.Catalogue()], CancellationToken.None);
            await database.WriteModelAsync("v1", log);
        }

        await system.StartCandidateAsync();
        await system.StartRankerAsync();
        system._serving = await ServiceHost.StartAsync(
            "serving",
            builder =>
            {
                builder.AddServing();
                builder.AddBusConsumer<IngestStandIn, ListenBatch>(BusTopology.IngestListens);
                builder.AddBusConsumer<ExposureStandIn, ExposureBatch>(BusTopology.IngestExposures);
                builder.Services.AddSingleton(system.Exposures);
            },
            app => app.MapServing(),
            system._settings);
        return system;
    }

    public static Listen Listen(string userId, string trackId, DateTimeOffset? time = null) =>
        new() { UserId = userId, TrackId = trackId, ListenTime = (time ?? DateTimeOffset.UtcNow).ToTimestamp() };

    public async Task StartCandidateAsync() => _candidate = await ServiceHost.StartAsync(
        "candidate", builder => builder.AddCandidate(), app => app.MapCandidate(), Own(_candidatePort));

    public async Task StopCandidateAsync()
    {
        await _candidate!.DisposeAsync();
        _candidate = null;
    }

    public async Task StartRankerAsync() => _ranker = await ServiceHost.StartAsync(
        "ranker", builder => builder.AddRanker(), app => app.MapRanker(), Own(_rankerPort));

    public async Task StopRankerAsync()
    {
        await _ranker!.DisposeAsync();
        _ranker = null;
    }

    /// <summary>Publishes listens as ingest does, to serving's own bus in memory; returns when serving has them.</summary>
    public Task PublishAsync(params Listen[] listens) => Serving.Services.GetRequiredService<IEventPublisher>()
        .PublishAsync(new ListenBatch { Producer = "test", Listens = { listens } }, CancellationToken.None);

    /// <summary>Says that a version became active, to every service's own bus in memory.</summary>
    public async Task AnnounceAsync(string version, bool toRanker = true)
    {
        foreach (var host in toRanker ? [_candidate!, _ranker!, Serving] : new[] { _candidate!, Serving })
        {
            await host.Services.GetRequiredService<IEventPublisher>()
                .PublishAsync(new ModelPublished { ModelVersion = version, PublishTime = DateTimeOffset.UtcNow.ToTimestamp() }, CancellationToken.None);
        }
    }

    /// <summary>Deletes a person as ingest does, and tells every service on its own bus in memory.</summary>
    public async Task DeleteAsync(string userId)
    {
        var deletion = await Database.Deletions.DeleteAsync(userId, CancellationToken.None);
        foreach (var host in new[] { _candidate!, Serving })
        {
            await host.Services.GetRequiredService<IEventPublisher>().PublishAsync(
                new UserDeleted { UserId = userId, DeleteTime = deletion.Deleted.DeletedAt.ToTimestamp() }, CancellationToken.None);
        }
    }

    public async Task<RecommendResponse> RecommendAsync(string userId, int slateSize = 0) =>
        await Client.RecommendAsync(new RecommendRequest { UserId = userId, SlateSize = slateSize });

    /// <summary>The slate as soon as it is as wanted.</summary>
    public async Task<RecommendResponse> RecommendUntilAsync(string userId, Func<RecommendResponse, bool> wanted, string what)
    {
        RecommendResponse? slate = null;
        await Wait.UntilAsync(async () => wanted(slate = await RecommendAsync(userId)), Patience, what);
        return slate!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in new[] { _serving, _ranker, _candidate })
        {
            if (host is not null)
            {
                await host.DisposeAsync();
            }
        }

        await Database.DisposeAsync();
    }

    private Dictionary<string, string> Own(int port) => new(_settings.Where(setting => !setting.Key.StartsWith("Serving:", StringComparison.Ordinal)))
    {
        ["Endpoints:Grpc"] = $"http://127.0.0.1:{port}",
    };

    /// <summary>The same for exposures.</summary>
    private sealed class ExposureStandIn(ConcurrentQueue<Exposure> exposures) : IConsumer<ExposureBatch>
    {
        public Task Consume(ConsumeContext<ExposureBatch> context)
        {
            foreach (var exposure in context.Message.Exposures)
            {
                exposures.Enqueue(exposure);
            }

            return Task.CompletedTask;
        }
    }

    /// <summary>The bus in memory refuses listens that nobody would store; that these are stored is other tests' concern.</summary>
    private sealed class IngestStandIn : IConsumer<ListenBatch>
    {
        public Task Consume(ConsumeContext<ListenBatch> context) => Task.CompletedTask;
    }
}
