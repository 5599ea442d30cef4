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
internal sealed class BusStartupTask(IBusControl bus, IOptions<BusOptions> options, IHostEnvironment environment, ILogger<BusStartupTask> logger)
    : IStartupTask, IHostedService
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly bool _isMemory = options.Value.Transport == BusTransport.Memory;

    public string Name => "message bus";

    public string WaitsFor => _isMemory ? "the in-memory bus" : BrokerAddress.Parse(options.Value.Uri).ToString();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!_isMemory)
        {
            await CheckBrokerAsync(cancellationToken);
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StartTimeout);
        await bus.StartAsync(timeout.Token);
        if (!_isMemory)
        {
            BusLog.Connected(logger, WaitsFor);
            bus.ConnectReceiveEndpointObserver(new ConnectionLog(WaitsFor, logger));
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => bus.StopAsync(cancellationToken);

    /// <summary>
    /// A connection of its own tells at once and exactly what is wrong (refused, wrong password, no such virtual host), where
    /// MassTransit would go on trying in the background at growing intervals.
    /// </summary>
    private async Task CheckBrokerAsync(CancellationToken cancellationToken)
    {
        var address = BrokerAddress.Parse(options.Value.Uri);
        var factory = new ConnectionFactory
        {
            HostName = address.Host,
            Port = address.Port,
            VirtualHost = address.VirtualHost,
            UserName = address.User,
            Password = address.Password,
            Ssl = new SslOption(address.Host, enabled: address.UseTls),
            RequestedConnectionTimeout = ConnectTimeout,
            ClientProvidedName = environment.ApplicationName + " (start)",
            AutomaticRecoveryEnabled = false,
        };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await connection.CloseAsync(cancellationToken);
    }
}
