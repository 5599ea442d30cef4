using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RecSys.Hosting.Startup;

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
/// Starts the bus once the broker can be reached, and stops it with the process. It is the first startup task: an instance
/// must be subscribed before it reads a state of whose changes the messages tell. Messages that come meanwhile wait. Later it says
/// once that the broker is lost and once that it is back, however many queues and attempts there are, and has consumers catch up
/// whose queues were gone.
/// </summary>
/// <remarks>
/// In the place of MassTransit's hosted service, whose start ends for good when the broker refuses the password, and which
/// comes up to half a minute after a broker that was away (docs/decisions/0005-what-masstransit-does.md).
/// </remarks>
internal sealed class BusConnection(
    IBusControl bus,
    IEnumerable<BusConsumer> consumers,
    IServiceProvider services,
    IHostApplicationLifetime lifetime,
    IHostEnvironment environment,
    IOptions<BusOptions> options,
    TimeProvider time,
    ILogger<BusConnection> logger)
    : IStartupTask, IHostedService, IReceiveEndpointObserver, IDisposable
{
    /// <summary>How long one attempt waits for the connection, or for the queues; declaring them goes on between the attempts.</summary>
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _abandon = new();
    private readonly ConcurrentDictionary<string, bool> _wereReady = new(StringComparer.Ordinal);
    private Task? _starting;
    private volatile string? _problem;
    private volatile bool _hasStarted;
    private int _isLost;

    public string Name => "message bus";

    public string WaitsFor => options.Value.Carrier;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Transport == BusTransport.Memory)
        {
            await bus.StartAsync(cancellationToken);
            return;
        }

        if (_starting is null)
        {
            await CheckBrokerAsync(cancellationToken);
            bus.ConnectReceiveEndpointObserver(this);
            _starting = bus.StartAsync(_abandon.Token);
        }

        try
        {
            await _starting.WaitAsync(AttemptTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException(_problem ?? "It has not declared the queues yet.");
        }

        _hasStarted = true;
        HostingLog.BrokerConnected(logger, options.Value.Carrier);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_starting is { IsCompleted: false })
        {
            await _abandon.CancelAsync();
        }

        await bus.StopAsync(cancellationToken);
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
        _problem = faulted.Exception?.GetBaseException().Message.ReplaceLineEndings(" ") ?? "no reason given";
        if (_hasStarted && Interlocked.Exchange(ref _isLost, 1) == 0)
        {
            HostingLog.BrokerLost(logger, options.Value.Carrier, _problem);
        }

        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    public void Dispose() => _abandon.Dispose();

    /// <summary>A connection of its own tells at once and exactly what is wrong: refused, wrong password, no such virtual host.</summary>
    private async Task CheckBrokerAsync(CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            Uri = options.Value.Uri,
            Ssl = new SslOption(options.Value.Uri.Host, enabled: options.Value.UsesTls),
            RequestedConnectionTimeout = AttemptTimeout,
            ClientProvidedName = environment.ApplicationName + " (start)",
            AutomaticRecoveryEnabled = false,
        };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await connection.CloseAsync(cancellationToken);
    }

    private async Task CatchUpAsync(BusConsumer consumer)
    {
        await using var scope = services.CreateAsyncScope();
        if (scope.ServiceProvider.GetRequiredService(consumer.ConsumerType) is ICatchUp behind)
        {
            await behind.CatchUpAsync(lifetime.ApplicationStopping);
        }
    }
}
