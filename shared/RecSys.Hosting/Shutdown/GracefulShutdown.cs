using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RecSys.Hosting.Shutdown;

/// <summary>
/// The order of a shutdown: the host's stopping token turns health to NOT_SERVING; after the delay the server stops taking
/// calls and waits for those in progress; then the other services stop. The host bounds all of it.
/// </summary>
internal sealed class GracefulShutdown(
    IOptions<ShutdownOptions> options, ServiceDefaults defaults, TimeProvider time, ILogger<GracefulShutdown> logger)
    : IHostedLifecycleService, IConfigureOptions<HostOptions>
{
    public void Configure(HostOptions host) => host.ShutdownTimeout = options.Value.Delay + options.Value.DrainTimeout;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        HostingLog.Stopping(logger, defaults.Name, options.Value.Delay.TotalSeconds, options.Value.DrainTimeout.TotalSeconds);
        if (options.Value.Delay > TimeSpan.Zero)
        {
            await Task.Delay(options.Value.Delay, time, cancellationToken);
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        HostingLog.Stopped(logger, defaults.Name);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
