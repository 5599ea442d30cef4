using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Bus;

/// <summary>
/// Starts the bus once the broker can be reached, and stops it with the process. It is the first startup task: an instance
/// must be subscribed before it reads a state of whose changes the messages tell. Messages that come meanwhile wait.
/// </summary>
/// <remarks>
/// In the place of MassTransit's hosted service, whose start ends for good when the broker refuses the password, and which
/// comes up to half a minute after a broker that was away (docs/decisions/0005-what-masstransit-does.md).
/// </remarks>
internal sealed class BusStartupTask(
    IBusControl bus, BusConnection connection, IOptions<BusOptions> options, IHostEnvironment environment, TimeProvider time)
    : IStartupTask, IHostedService, IDisposable
{
    /// <summary>How long one attempt waits for the queues; declaring them goes on between the attempts.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _abandon = new();
    private Task? _starting;

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
            bus.ConnectReceiveEndpointObserver(connection);
            _starting = bus.StartAsync(_abandon.Token);
        }

        try
        {
            await _starting.WaitAsync(StartTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException(connection.Problem ?? "It has not declared the queues yet.");
        }

        connection.Started();
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

    public void Dispose() => _abandon.Dispose();

    /// <summary>A connection of its own tells at once and exactly what is wrong: refused, wrong password, no such virtual host.</summary>
    private async Task CheckBrokerAsync(CancellationToken cancellationToken)
    {
        var uri = options.Value.Uri;
        var factory = new ConnectionFactory
        {
            Uri = uri,
            Ssl = new SslOption(uri.Host, enabled: options.Value.UsesTls),
            RequestedConnectionTimeout = ConnectTimeout,
            ClientProvidedName = environment.ApplicationName + " (start)",
            AutomaticRecoveryEnabled = false,
        };
        await using var connected = await factory.CreateConnectionAsync(cancellationToken);
        await connected.CloseAsync(cancellationToken);
    }
}
