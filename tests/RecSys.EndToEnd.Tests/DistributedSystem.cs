using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Npgsql;
using RecSys.Contracts.Ingest.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.TestKit;

[assembly: AssemblyFixture(typeof(RecSys.EndToEnd.Tests.DistributedSystem))]

// One system for all: a test that counts must not be disturbed.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace RecSys.EndToEnd.Tests;

/// <summary>
/// The system as it is deployed: five service processes that ask for tokens, RabbitMQ and PostgreSQL, all started here on free ports, the
/// servers first. That the order does not matter is for <see cref="StartupOrderTests"/>.
/// </summary>
public sealed class DistributedSystem : IAsyncLifetime
{
    /// <summary>What the services show each other, and the tests them.</summary>
    internal const string Token = "end-to-end-0123456789abcdef0123456789abcdef";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);

    private readonly TempFolder _folder = new("distributed");
    private readonly Dictionary<string, ServiceProcess> _services = [];
    private readonly List<GrpcChannel> _channels = [];

    public PostgresServer Postgres { get; private set; } = null!;

    public RabbitMqServer RabbitMq { get; private set; } = null!;

    public string DatabaseConnectionString { get; private set; } = "";

    public IngestService.IngestServiceClient Ingest => new(Channel("ingest"));

    public TrainerService.TrainerServiceClient Trainer => new(Channel("trainer"));

    public ServingService.ServingServiceClient Serving => new(Channel("serving"));

    public string LakeFolder => _folder.File("lake");

    /// <summary>Where the trainer keeps what finished stages made.</summary>
    public string WorkFolder => _folder.File("work");

    internal ServiceProcess this[string service] => _services[service];

    public async ValueTask InitializeAsync()
    {
        var postgres = PostgresServer.StartAsync();
        var rabbitMq = RabbitMqServer.StartAsync(virtualHosts: 8);
        Postgres = await postgres;
        DatabaseConnectionString = await Postgres.CreateDatabaseAsync();
        RabbitMq = await rabbitMq;
        foreach (var name in ServiceProcess.Names)
        {
            _services[name] = new ServiceProcess(name, _services);
        }

        foreach (var service in _services.Values)
        {
            service.Start(new Dictionary<string, string?>(Environment(RabbitMq.Uri, DatabaseConnectionString, LakeFolder))
            {
                ["RECSYS__SECURITY__TOKENS"] = "Required",
                ["RECSYS__SECURITY__SERVICETOKEN"] = Token,
            });
        }

        await Task.WhenAll(_services.Values.Select(service => service.WaitUntilReadyAsync(StartTimeout)));
    }

    /// <summary>Runs a query with one number as its answer on the system's database.</summary>
    public async Task<long> CountAsync(string sql) => (await ReadAsync(sql, row => row.GetInt64(0))).Single();

    /// <summary>The version that the database says is active.</summary>
    public async Task<string> ActiveVersionAsync() => (await ReadAsync("select active_version from active_model", row => row.GetString(0))).Single();

    /// <summary>How many rows a version has in each table, and a digest of what they say.</summary>
    public async Task<IReadOnlyList<(string Table, long Rows, string Digest)>> ContentsAsync(string version)
    {
        string[] tables = ["user_recommendations", "similar_tracks", "popular_tracks", "next_tracks", "model_artifacts"];
        return await ReadAsync(
            string.Join(" union all ", tables.Select(table => $"""
                select '{table}', count(*), coalesce(md5(string_agg(digest, '' order by digest)), '')
                from (select md5((to_jsonb({table}) - 'model_version')::text) digest from {table} where model_version = '{version}') as digests
                """)),
            row => (row.GetString(0), row.GetInt64(1), row.GetString(2)));
    }

    /// <summary>What became of the exposures, as <c>recsys exposures report</c> says.</summary>
    internal async Task<JsonElement> ReportExposuresAsync()
    {
        var file = _folder.File($"{Guid.NewGuid():N}.json");
        await using var report = ChildProcess.StartDotnet(
            ServiceProcess.Assembly("cli", "recsys.dll"),
            ["exposures", "report", "--json", file],
            Environment(RabbitMq.Uri, DatabaseConnectionString, LakeFolder));
        var exitCode = await report.WaitForExitAsync(StartTimeout);
        return exitCode == 0
            ? JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement
            : throw new InvalidOperationException($"The report ended with {exitCode}: {report.Output}");
    }

    /// <summary>What every service is told, but for its own addresses.</summary>
    internal static Dictionary<string, string?> Environment(Uri broker, string database, string lake) => new()
    {
        ["RECSYS__BUS__TRANSPORT"] = "rabbitmq",
        ["RECSYS__BUS__URI"] = broker.ToString(),
        ["RECSYS__DATABASE__PROVIDER"] = "postgres",
        ["RECSYS__DATABASE__CONNECTIONSTRING"] = database,
        ["RECSYS__LAKE__ROOT"] = lake,
        ["RECSYS__TRAINER__ERASUREGRACE"] = "00:00:00",
        ["RECSYS__TRAINER__ERASUREINTERVAL"] = "00:00:01",
        ["RECSYS__TRAINER__WORKFOLDER"] = Path.Combine(Path.GetDirectoryName(lake)!, "work"),
    };

    public async ValueTask DisposeAsync()
    {
        _channels.ForEach(channel => channel.Dispose());
        await Task.WhenAll(_services.Values.Select(service => service.DisposeAsync().AsTask()));
        await RabbitMq.DisposeAsync();
        await Postgres.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<IReadOnlyList<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var connection = new NpgsqlConnection(DatabaseConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>A channel to a service, on which every call shows the token.</summary>
    internal GrpcChannel Channel(string service)
    {
        var shown = CallCredentials.FromInterceptor((_, headers) =>
        {
            headers.Add("authorization", $"Bearer {Token}");
            return Task.CompletedTask;
        });
        var channel = GrpcChannel.ForAddress(_services[service].GrpcAddress, new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Create(ChannelCredentials.Insecure, shown),
            UnsafeUseInsecureChannelCallCredentials = true,
        });
        _channels.Add(channel);
        return channel;
    }
}
