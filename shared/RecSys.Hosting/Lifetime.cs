using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Security;

namespace RecSys.Hosting;

/// <summary>Section <c>Shutdown</c>: what happens after SIGTERM or Ctrl+C.</summary>
public sealed class ShutdownOptions
{
    /// <summary>
    /// How long calls are still taken after health has turned to NOT_SERVING, so that load balancers notice first; up to
    /// 5 minutes, default none.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00", ErrorMessage = "It must be from 00:00:00 to 00:05:00 (hours:minutes:seconds).")]
    public TimeSpan Delay { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// How long calls and messages in progress may still take after that, from 1 second to 10 minutes; default 20 seconds.
    /// What isn't done then is cancelled.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "It must be from 00:00:01 to 00:10:00 (hours:minutes:seconds).")]
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);
}

/// <summary>
/// Says where the process listens, and keeps the order of a shutdown: the host's stopping token turns health to NOT_SERVING; after
/// the delay the server stops taking calls and waits for those in progress; then the other services stop. The host bounds all of it.
/// </summary>
internal sealed class Lifetime(
    BoundEndpoints bound,
    IOptions<EndpointsOptions> endpoints,
    IOptions<ShutdownOptions> shutdown,
    IOptions<TelemetryOptions> telemetry,
    SecurityMode security,
    ServiceDefaults defaults,
    TimeProvider time,
    ILogger<Lifetime> logger)
    : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        HostingLog.Listening(logger, defaults.Name, bound.Grpc, bound.Http);
        foreach (var (setting, address) in new[] { ("Endpoints:Grpc", endpoints.Value.Grpc), ("Endpoints:Http", endpoints.Value.Http) })
        {
            if (!ListenAddress.IsLoopback(address) && !ListenAddress.IsSecure(address))
            {
                HostingLog.ListensWithoutTls(logger, setting, address);
            }
        }

        if (security.TokensAreNeeded)
        {
            HostingLog.TokensNeeded(logger, security.Why);
        }

        if (telemetry.Value.OtlpEndpoint is { } collector)
        {
            HostingLog.TelemetryExported(logger, collector);
        }

        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        HostingLog.Stopping(logger, defaults.Name, shutdown.Value.Delay.TotalSeconds, shutdown.Value.DrainTimeout.TotalSeconds);
        if (shutdown.Value.Delay > TimeSpan.Zero)
        {
            await Task.Delay(shutdown.Value.Delay, time, cancellationToken);
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        HostingLog.Stopped(logger, defaults.Name);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
