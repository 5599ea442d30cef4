using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RecSys.Hosting.Endpoints;

/// <summary>Reads and logs the real addresses once the server listens.</summary>
internal sealed class EndpointAnnouncer(
    IServer server, BoundEndpoints bound, IOptions<EndpointsOptions> options, ServiceDefaults defaults, ILogger<EndpointAnnouncer> logger)
    : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        bound.Read(server);
        HostingLog.Listening(logger, defaults.Name, bound.Grpc, bound.Http);
        WarnOfNetwork("Endpoints:Grpc", options.Value.Grpc);
        WarnOfNetwork("Endpoints:Http", options.Value.Http);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void WarnOfNetwork(string setting, string address)
    {
        if (!ListenAddress.IsLoopback(address))
        {
            HostingLog.ListensOnNetwork(logger, setting, address);
        }
    }
}
