using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RecSys.Hosting.Bus;

/// <summary>A consumer of a queue of this instance alone that can make up for messages that passed by.</summary>
public interface ICatchUp
{
    /// <summary>
    /// Called when the connection to the broker is back after a loss: the queue was gone meanwhile. Read again whatever the
    /// messages tell changes of. A failure is tried again until it succeeds.
    /// </summary>
    Task CatchUpAsync(CancellationToken cancellationToken);
}

/// <summary>
/// Follows the connection to the broker: says once that it is lost and once that it is back, however many queues and attempts
/// there are, and has consumers catch up whose queues were gone.
/// </summary>
internal sealed class BusConnection(
    IEnumerable<BusConsumer> consumers, IServiceProvider services, IHostApplicationLifetime lifetime, IOptions<BusOptions> options, ILogger<BusConnection> logger)
    : IReceiveEndpointObserver
{
    private readonly ConcurrentDictionary<string, bool> _wereReady = new(StringComparer.Ordinal);
    private volatile string? _problem;
    private volatile bool _hasStarted;
    private int _isLost;

    /// <summary>Why the last attempt to connect failed; null when none has.</summary>
    public string? Problem => _problem;

    /// <summary>The bus has started with all its queues; until then the readiness of the process tells what is missing.</summary>
    public void Started()
    {
        _hasStarted = true;
        HostingLog.BrokerConnected(logger, options.Value.Carrier);
    }

    public Task Ready(ReceiveEndpointReady ready)
    {
        if (_hasStarted && Interlocked.Exchange(ref _isLost, 0) == 1)
        {
            HostingLog.BrokerConnected(logger, options.Value.Carrier);
        }

        var name = ready.InputAddress.Segments[^1];
        if (!_wereReady.TryAdd(name, true)
            && consumers.FirstOrDefault(consumer => !consumer.Queue.IsShared && consumer.Queue.FullName == name) is { } consumer)
        {
            // Not awaited: the endpoint is to consume meanwhile.
            _ = ConsumerRetry.UntilItSucceedsAsync(() => CatchUpAsync(consumer), lifetime.ApplicationStopping);
        }

        return Task.CompletedTask;
    }

    public Task Faulted(ReceiveEndpointFaulted faulted)
    {
        var problem = faulted.Exception?.GetBaseException().Message.ReplaceLineEndings(" ") ?? "no reason given";
        _problem = problem;
        if (_hasStarted && Interlocked.Exchange(ref _isLost, 1) == 0)
        {
            HostingLog.BrokerLost(logger, options.Value.Carrier, problem);
        }

        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    private async Task CatchUpAsync(BusConsumer consumer)
    {
        await using var scope = services.CreateAsyncScope();
        if (scope.ServiceProvider.GetRequiredService(consumer.ConsumerType) is ICatchUp behind)
        {
            await behind.CatchUpAsync(lifetime.ApplicationStopping);
        }
    }
}
