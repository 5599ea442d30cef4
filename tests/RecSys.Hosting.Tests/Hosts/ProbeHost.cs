using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Probe;
using RecSys.Hosting.Probe.V1;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Tests.Hosts;

/// <summary>A real host with the probe service, on free loopback ports.</summary>
internal sealed class ProbeHost : IAsyncDisposable
{
    private readonly List<GrpcChannel> _channels = [];

    private ProbeHost(WebApplication app, LogCollector log)
    {
        App = app;
        Log = log;
    }

    public WebApplication App { get; }

    public LogCollector Log { get; }

    public ProbeBehaviours Behaviours => App.Services.GetRequiredService<ProbeBehaviours>();

    public Uri Grpc => App.Services.GetRequiredService<BoundEndpoints>().Grpc;

    public Uri Http => App.Services.GetRequiredService<BoundEndpoints>().Http;

    /// <param name="settings">As on the command line, without the dashes: <c>Endpoints:MaxMessageBytes=1024</c>.</param>
    /// <param name="add">Registers more.</param>
    /// <param name="map">Maps more.</param>
    /// <param name="waitUntilReady">False to return while startup tasks are waiting: calls are refused until they are done.</param>
    public static async Task<ProbeHost> StartAsync(
        string[]? settings = null, Action<WebApplicationBuilder>? add = null, Action<WebApplication>? map = null, bool waitUntilReady = true)
    {
        var log = new LogCollector();
        var defaults = new ServiceDefaults("probe", 0, 0) { Settings = new Dictionary<string, string?> { ["Bus:Transport"] = "Memory" } };
        var builder = RecSysHost.CreateBuilder([.. (settings ?? []).Select(setting => "--" + setting)], defaults);
        LogCollector.Replace(builder.Logging, log);
        builder.AddProbe();
        add?.Invoke(builder);
        var app = RecSysHost.Build(builder);
        app.MapProbe();
        map?.Invoke(app);
        await app.StartAsync();
        if (waitUntilReady)
        {
            await app.Services.GetRequiredService<StartupGate>().WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        }

        return new(app, log);
    }

    /// <summary>A channel without retries, so that each test sees the server's own answer.</summary>
    public GrpcChannel Channel()
    {
        var channel = GrpcChannel.ForAddress(Grpc, new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure });
        _channels.Add(channel);
        return channel;
    }

    public ProbeService.ProbeServiceClient Client() => new(Channel());

    public HttpClient HttpClient() => new() { BaseAddress = Http };

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }

        await App.DisposeAsync();
    }
}
