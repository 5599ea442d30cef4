using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Analytics.Listens;
using RecSys.Contracts.Ingest.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.Data;
using RecSys.Data.Histories;
using RecSys.Data.Segments;
using RecSys.Lake;
using RecSys.Lake.Storage;
using RecSys.TestKit;

namespace RecSys.EndToEnd.Tests.Faults;

/// <summary>
/// Two ingest processes, whose writers compete, serving, and a trainer that tidies the lake all the time, on a database and a lake of their
/// own and the servers of the distributed system.
/// </summary>
internal sealed class IngestPair : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new("faults");
    private readonly ServiceProcess[] _ingest = [new("ingest", Nobody), new("ingest", Nobody)];
    private readonly ServiceProcess _serving = new("serving", Nobody);
    private readonly ServiceProcess _trainer = new("trainer", Nobody);
    private readonly ServiceProvider _services;
    private readonly Dictionary<string, string?> _environment;

    private IngestPair(Uri broker, string database, S3Server? bucket)
    {
        var lake = bucket is null ? _folder.File("lake") : $"s3://{S3Server.Bucket}/lake";
        _environment = new Dictionary<string, string?>(DistributedSystem.Environment(broker, database, _folder.File("lake")))
        {
            // More than anybody hears, however long a test takes: the database must hold as many as the lake.
            ["RECSYS__DATABASE__RECENTLISTENSPERUSER"] = "100000",
            ["RECSYS__LAKE__ROOT"] = lake,
            ["RECSYS__LAKE__CACHE"] = _folder.File("cache"),
            ["RECSYS__TRAINER__COMPACTFROMSEGMENTS"] = "2",
            ["RECSYS__TRAINER__COMPACTINTERVAL"] = "00:00:03",
            ["RECSYS__TRAINER__ERASUREINTERVAL"] = "00:00:01",
            ["RECSYS__TRAINER__ERASUREGRACE"] = "00:00:00",
        };
        foreach (var (key, value) in bucket?.Environment ?? new Dictionary<string, string?>())
        {
            _environment[key] = value;
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Database:Provider"] = "postgres",
            ["Database:ConnectionString"] = database,
        }).Build();
        var services = new ServiceCollection().AddRecSysData(configuration);
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(new LakeOptions { Root = lake, Cache = _folder.File("own-cache") }));
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(new S3Options { Endpoint = bucket?.Endpoint ?? "" }));
        services.AddListenLake();
        _services = services.BuildServiceProvider();
    }

    private static IReadOnlyDictionary<string, ServiceProcess> Nobody => new Dictionary<string, ServiceProcess>
    {
        ["candidate"] = new("candidate", new Dictionary<string, ServiceProcess>()),
        ["ranker"] = new("ranker", new Dictionary<string, ServiceProcess>()),
    };

    private ServiceProcess[] All => [.. _ingest, _serving, _trainer];

    public IEnumerable<Uri> Addresses => _ingest.Select(process => process.GrpcAddress);

    public ServiceProcess this[int process] => _ingest[process];

    public ListenHistoryStore History => _services.GetRequiredService<ListenHistoryStore>();

    public ListenLake Lake => _services.GetRequiredService<ListenLake>();

    public IngestService.IngestServiceClient Ingest => new(Grpc.Net.Client.GrpcChannel.ForAddress(_ingest[0].GrpcAddress));

    public TrainerService.TrainerServiceClient Trainer => new(Grpc.Net.Client.GrpcChannel.ForAddress(_trainer.GrpcAddress));

    public ServingService.ServingServiceClient Serving => new(Grpc.Net.Client.GrpcChannel.ForAddress(_serving.GrpcAddress));

    /// <param name="system">Whose servers are used.</param>
    /// <param name="bucket">Where the lake is; null for a folder.</param>
    public static async Task<IngestPair> StartAsync(DistributedSystem system, S3Server? bucket)
    {
        var pair = new IngestPair(system.RabbitMq.CreateVirtualHost(), await system.Postgres.CreateDatabaseAsync(), bucket);
        ServiceProcess[] all = pair.All;
        foreach (var process in all)
        {
            process.Start(pair._environment);
        }

        await Task.WhenAll(all.Select(process => process.WaitUntilReadyAsync(StartTimeout)));
        return pair;
    }

    /// <summary>Starts a process again and waits until it is ready.</summary>
    public async Task StartAgainAsync(int process)
    {
        _ingest[process].StartAgain();
        await _ingest[process].WaitUntilReadyAsync(StartTimeout);
    }

    /// <summary>How many different listens a reader of the lake finds.</summary>
    public async Task<long> CountLakeAsync()
    {
        using var queries = new LakeQueries(Lake);
        return await queries.CountListensAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(All.Select(process => process.DisposeAsync().AsTask()));
        await _services.DisposeAsync();
        _folder.Dispose();
    }
}
