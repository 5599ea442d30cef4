using Microsoft.Extensions.DependencyInjection;
using RecSys.Candidate;
using RecSys.Contracts.Serving.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using RecSys.Ranker;
using RecSys.Serving;
using RecSys.TestKit;
using RecSys.TestKit.Hosts;
using RecSys.Trainer;

namespace RecSys.Benchmarks.Serving;

/// <summary>Trainer, candidate, ranker and serving, started for a benchmark.</summary>
internal sealed class RollbackSystem : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _parts = new();

    public TrainerService.TrainerServiceClient Trainer { get; private set; } = null!;

    public ServingService.ServingServiceClient Serving { get; private set; } = null!;

    public ModelStore Models { get; private set; } = null!;

    public ArtifactStore Artifacts { get; private set; } = null!;

    /// <summary>Each service a host of its own, on Postgres and RabbitMQ that are started here.</summary>
    public static async Task<RollbackSystem> StartDistributedAsync(TempFolder folder)
    {
        var system = new RollbackSystem();
        var postgres = await PostgresServer.StartAsync();
        system._parts.Push(postgres);
        var rabbitMq = await RabbitMqServer.StartAsync();
        system._parts.Push(rabbitMq);
        var settings = Settings(folder, "postgres", await postgres.CreateDatabaseAsync());
        settings["Bus:Transport"] = "rabbitmq";
        settings["Bus:Uri"] = rabbitMq.Uri.OriginalString;
        var trainer = system.Add(await ServiceHost.StartAsync("trainer", builder => builder.AddTrainer(), app => app.MapTrainer(), settings));
        var candidate = system.Add(await ServiceHost.StartAsync("candidate", builder => builder.AddCandidate(), app => app.MapCandidate(), settings));
        var ranker = system.Add(await ServiceHost.StartAsync("ranker", builder => builder.AddRanker(), app => app.MapRanker(), settings));
        settings["Services:Candidate"] = candidate.GrpcAddress.ToString();
        settings["Services:Ranker"] = ranker.GrpcAddress.ToString();
        var serving = system.Add(await ServiceHost.StartAsync("serving", builder => builder.AddServing(), app => app.MapServing(), settings));
        system.Use(trainer, serving);
        return system;
    }

    /// <summary>All in one host, on SQLite and the bus in memory, as standalone composes them.</summary>
    public static async Task<RollbackSystem> StartStandaloneAsync(TempFolder folder)
    {
        var system = new RollbackSystem();
        var settings = Settings(folder, "sqlite", $"Data Source={folder.File("recsys.db")}");
        settings["Services:Candidate"] = "self";
        settings["Services:Ranker"] = "self";
        var host = system.Add(await ServiceHost.StartAsync(
            "standalone",
            builder => builder.AddTrainer().AddCandidate().AddRanker().AddServing(),
            app => app.MapTrainer().MapCandidate().MapRanker().MapServing(),
            settings));
        system.Use(host, host);
        return system;
    }

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part))
        {
            await part.DisposeAsync();
        }
    }

    private static Dictionary<string, string> Settings(TempFolder folder, string provider, string connectionString) => new()
    {
        ["Database:Provider"] = provider,
        ["Database:ConnectionString"] = connectionString,
        ["Lake:Root"] = folder.File("lake"),
        ["Trainer:WorkFolder"] = folder.File("work"),
    };

    private ServiceHost Add(ServiceHost host)
    {
        _parts.Push(host);
        return host;
    }

    private void Use(ServiceHost trainer, ServiceHost serving)
    {
        Trainer = new TrainerService.TrainerServiceClient(trainer.Channel);
        Serving = new ServingService.ServingServiceClient(serving.Channel);
        Models = trainer.Services.GetRequiredService<ModelStore>();
        Artifacts = trainer.Services.GetRequiredService<ArtifactStore>();
    }
}
