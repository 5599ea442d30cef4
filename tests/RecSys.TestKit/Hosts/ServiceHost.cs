using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Hosting;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Startup;

namespace RecSys.TestKit.Hosts;

/// <summary>
/// One or more services as their own host in this process: built as their program builds them, on real sockets on free
/// ports. Stopped on dispose.
/// </summary>
public sealed class ServiceHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ServiceHost(WebApplication app)
    {
        _app = app;
        Channel = GrpcChannel.ForAddress(GrpcAddress, new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure });
    }

    public Uri GrpcAddress => _app.Services.GetRequiredService<BoundEndpoints>().Grpc;

    public Uri HttpAddress => _app.Services.GetRequiredService<BoundEndpoints>().Http;

    /// <summary>A channel to the gRPC endpoint, without retries.</summary>
    public GrpcChannel Channel { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts the host and returns when it is ready.</summary>
    /// <param name="name">The process's name.</param>
    /// <param name="add">Registers the services, such as <c>b => b.AddCandidate()</c>.</param>
    /// <param name="map">Maps their endpoints.</param>
    /// <param name="settings">Configuration; endpoints are on free ports, the bus is in memory and only errors are logged unless it says otherwise.</param>
    public static async Task<ServiceHost> StartAsync(
        string name, Action<WebApplicationBuilder> add, Action<WebApplication> map, IEnumerable<KeyValuePair<string, string>> settings)
    {
        var host = await StartWithoutWaitingAsync(name, add, map, settings);
        await host.WaitUntilReadyAsync();
        return host;
    }

    /// <inheritdoc cref="StartAsync"/>
    /// <summary>Starts the host and returns when it listens; it may be waiting for servers.</summary>
    public static async Task<ServiceHost> StartWithoutWaitingAsync(
        string name, Action<WebApplicationBuilder> add, Action<WebApplication> map, IEnumerable<KeyValuePair<string, string>> settings)
    {
        var all = new Dictionary<string, string>
        {
            ["Endpoints:Grpc"] = "http://127.0.0.1:0",
            ["Endpoints:Http"] = "http://127.0.0.1:0",
            ["Bus:Transport"] = "Memory",
            ["Logging:LogLevel:Default"] = "Error",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var builder = RecSysHost.CreateBuilder(
            [.. all.Select(setting => $"--{setting.Key}={setting.Value}")], new ServiceDefaults(name, GrpcPort: 0, HttpPort: 0));
        add(builder);
        var app = RecSysHost.Build(builder);
        map(app);
        await app.StartAsync();
        return new ServiceHost(app);
    }

    /// <summary>Returns when all startup tasks are done.</summary>
    public Task WaitUntilReadyAsync() =>
        _app.Services.GetRequiredService<StartupGate>().WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
