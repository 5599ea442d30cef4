using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Tests.Probe.V1;

namespace RecSys.Hosting.Tests.Probe;

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

    public static async Task<ProbeHost> StartAsync(
        Action<WebApplicationBuilder>? add = null, Action<WebApplication>? map = null, params string[] settings)
    {
        var host = Build(add, map, settings);
        await host.App.StartAsync();
        return host;
    }

    public static ProbeHost Build(Action<WebApplicationBuilder>? add = null, Action<WebApplication>? map = null, params string[] settings)
    {
        var log = new LogCollector();
        var builder = RecSysHost.CreateBuilder([.. settings.Select(setting => "--" + setting)], new HostDefaults("probe", 0, 0));
        builder.Services.AddSingleton<ProbeBehaviours>();
        LogCollector.Replace(builder.Logging, log);
        add?.Invoke(builder);
        var app = RecSysHost.Build(builder);
        app.MapGrpcService<ProbeGrpcService>();
        map?.Invoke(app);
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
