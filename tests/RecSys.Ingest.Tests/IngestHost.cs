using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RecSys.Analytics.Listens;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data;
using RecSys.Data.Histories;
using RecSys.Lake;
using RecSys.TestKit;
using RecSys.TestKit.Hosts;

namespace RecSys.Ingest.Tests;

/// <summary>The ingest service over real sockets with a database and a lake of its own.</summary>
internal sealed class IngestHost : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly ServiceHost _host;

    private IngestHost(TempFolder folder, ServiceHost host)
    {
        _folder = folder;
        _host = host;
        Client = new IngestService.IngestServiceClient(host.Channel);
    }

    public ServiceHost Host => _host;

    public IngestService.IngestServiceClient Client { get; }

    /// <summary>The connection string of its database.</summary>
    public string DatabaseConnection => _host.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value.ConnectionString;

    public ListenHistoryStore History => _host.Services.GetRequiredService<ListenHistoryStore>();

    public RejectedListenStore Rejected => _host.Services.GetRequiredService<RejectedListenStore>();

    public TrackStore Tracks => _host.Services.GetRequiredService<TrackStore>();

    public ListenLake Lake => _host.Services.GetRequiredService<ListenLake>();

    /// <summary>Reads back what was written into the lake.</summary>
    public LakeQueries Queries => field ??= new LakeQueries(Lake);

    /// <summary>On SQLite and the bus in memory.</summary>
    public static Task<IngestHost> StartAsync(params (string Key, string Value)[] settings) => StartAsync(new TempFolder("ingest"), settings);

    /// <summary>On a database server and a broker.</summary>
    public static Task<IngestHost> StartAsync(string postgres, Uri broker, params (string Key, string Value)[] settings) => StartAsync(
        new TempFolder("ingest"),
        [
            ("Database:Provider", "postgres"), ("Database:ConnectionString", postgres),
            ("Bus:Transport", "rabbitmq"), ("Bus:Uri", broker.OriginalString),
            .. settings,
        ]);

    /// <summary>What is stored anywhere: kept listens, distinct listens in the lake, rejected ones.</summary>
    public async Task<(long History, long Lake, long Rejected)> CountAsync() => (
        await History.CountAsync(CancellationToken.None), await Queries.CountListensAsync(CancellationToken.None), await Rejected.CountAsync(CancellationToken.None));

    /// <summary>The Parquet files of the lake.</summary>
    public string[] Segments() => Directory.Exists(Lake.RootFolder) ? Directory.GetFiles(Lake.RootFolder, "*.parquet", SearchOption.AllDirectories) : [];

    public async ValueTask DisposeAsync()
    {
        Queries.Dispose();
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<IngestHost> StartAsync(TempFolder folder, (string Key, string Value)[] settings)
    {
        Dictionary<string, string> all = new()
        {
            ["Database:Provider"] = "sqlite",
            ["Database:ConnectionString"] = $"Data Source={folder.File("recsys.db")}",
            ["Lake:Root"] = folder.File("lake"),
            ["Lake:Threads"] = "1",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var host = await ServiceHost.StartAsync("ingest", builder => builder.AddIngest(), app => app.MapIngest(), all);
        return new IngestHost(folder, host);
    }
}
