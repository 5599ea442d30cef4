using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Bus;

/// <summary>
/// Starts the bus once the broker can be reached, and stops it with the process. It is the first startup task: an instance
/// must be subscribed before it reads a state of whose changes the messages tell. Messages that come meanwhile wait.
/// </summary>
internal sealed class BusStartupTask : IStartupTask, IHostedService
{
    /// <summary>How long one attempt waits for the queues; declaring them goes on between the attempts.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TakingEnds = TimeSpan.FromMilliseconds(500);

    private readonly IBusControl _bus;
    private readonly BusLifetime _lifetime;
    private readonly BusOptions _options;
    private readonly IHostEnvironment _environment;
    private readonly TimeProvider _time;
    private readonly ConnectionLog _connection;
    private Task? _starting;

    public BusStartupTask(
        IBusControl bus,
        BusLifetime lifetime,
        IOptions<BusOptions> options,
        IHostEnvironment environment,
        TimeProvider time,
        ILogger<BusStartupTask> logger)
    {
        _bus = bus;
        _lifetime = lifetime;
        _options = options.Value;
        _environment = environment;
        _time = time;
        WaitsFor = _options.Transport == BusTransport.Memory ? "the in-memory bus" : BrokerAddress.Parse(_options.Uri).ToString();
        _connection = new ConnectionLog(WaitsFor, logger);
        bus.ConnectReceiveEndpointObserver(_connection);
    }

    public string Name => "message bus";

    public string WaitsFor { get; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_options.Transport == BusTransport.Memory)
        {
            await _bus.StartAsync(cancellationToken);
            return;
        }

        if (_starting is null or { IsCompleted: true })
        {
            await CheckBrokerAsync(cancellationToken);
            _starting = _bus.StartAsync(_lifetime.Stopping);
        }

        try
        {
            await _starting.WaitAsync(StartTimeout, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException(_connection.Problem ?? "It has not declared the queues yet.");
        }
        catch (Exception exception) when (exception is not OperationCanceledException && _connection.Problem is not null)
        {
            // What the library throws may be about its own parts; what the broker said is what helps.
            throw new InvalidOperationException(_connection.Problem, exception);
        }

        _connection.Started();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // First no more messages are taken; only then those that wait for a store go back. The other way round the broker
        // would deliver them here again and again, and count.
        var stopped = _bus.StopAsync(cancellationToken);
        await Task.WhenAny(stopped, Task.Delay(TakingEnds, _time, CancellationToken.None));
        await _lifetime.StopAsync();
        await stopped;
    }

    /// <summary>
    /// A connection of its own tells at once and exactly what is wrong (refused, wrong password, no such virtual host), where
    /// MassTransit would go on trying in the background at growing intervals.
    /// </summary>
    private async Task CheckBrokerAsync(CancellationToken cancellationToken)
    {
        var address = BrokerAddress.Parse(_options.Uri);
        var factory = new ConnectionFactory
        {
            HostName = address.Host,
            Port = address.Port,
            VirtualHost = address.VirtualHost,
            UserName = address.User,
            Password = address.Password,
            Ssl = new SslOption(address.Host, enabled: address.UseTls),
            RequestedConnectionTimeout = ConnectTimeout,
            ClientProvidedName = _environment.ApplicationName + " (start)",
            AutomaticRecoveryEnabled = false,
        };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await connection.CloseAsync(cancellationToken);
    }
}
