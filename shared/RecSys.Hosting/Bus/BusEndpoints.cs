using System.Net.Sockets;
using System.Security.Authentication;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Middleware;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Bus;

/// <summary>Configures MassTransit: the transport, and an endpoint for every consumer.</summary>
internal sealed class BusEndpoints(IBusRegistrationContext context)
{
    /// <summary>A connection that is silent for twice this long is dead.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan BrokerPause = TimeSpan.FromMilliseconds(250);

    private readonly IEnumerable<BusConsumer> _consumers = context.GetServices<BusConsumer>();
    private readonly BusOptions _options = context.GetRequiredService<IOptions<BusOptions>>().Value;
    private readonly StartupGate _gate = context.GetRequiredService<StartupGate>();
    private readonly ILogger _logger = context.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(BusEndpoints).Namespace!);

    /// <summary>The bus inside this process. What can't be stored fails its publisher, who waits for it and can try again.</summary>
    public void Configure(IInMemoryBusFactoryConfigurator bus)
    {
        ConfigureMessages(bus);
        var outcomes = context.GetRequiredService<MemoryOutcomes>();
        foreach (var consumer in _consumers.Where(consumer => !consumer.IsOfRejected))
        {
            bus.ReceiveEndpoint(consumer.Queue.FullName, endpoint =>
            {
                endpoint.AddPrePipeSpecification(new FilterPipeSpecification<ConsumeContext>(outcomes.Of(consumer.Queue)));
                Connect(endpoint, consumer, failsAtOnce: consumer.Queue.IsShared);
            });
        }
    }

    /// <summary>The bus on RabbitMQ.</summary>
    public void Configure(IRabbitMqBusFactoryConfigurator bus)
    {
        ConfigureMessages(bus);
        bus.Host(_options.Uri, context.GetRequiredService<IHostEnvironment>().ApplicationName, host =>
        {
            host.Heartbeat(Heartbeat);
            host.PublisherConfirmation = true;
            host.OnRefreshConnectionFactory = WaitForBrokerAsync;
            if (_options.UsesTls)
            {
                host.UseSsl(tls => tls.Protocol = SslProtocols.Tls12 | SslProtocols.Tls13);
            }
        });
        BusTopology.Declare(bus);
        foreach (var consumer in _consumers)
        {
            bus.ReceiveEndpoint(consumer.Queue.FullName, endpoint =>
            {
                BusTopology.Declare(endpoint, consumer);
                Connect(endpoint, consumer, failsAtOnce: false);
                if (consumer.Queue.IsShared)
                {
                    endpoint.ConfigureError(failures => failures.UseFilter(new ErrorTransportFilter()));
                }
            });
        }
    }

    /// <summary>
    /// Lets each attempt to connect wait until somebody listens at the broker's port. MassTransit's pauses between failed attempts grow
    /// to a minute, for which a broker that is back would be left alone.
    /// </summary>
    private async Task WaitForBrokerAsync(ConnectionFactory factory)
    {
        var stopping = context.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        for (; ; await Task.Delay(BrokerPause, stopping))
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(_options.Uri.Host, _options.Port, stopping);
                return;
            }
            catch (SocketException)
            {
            }
        }
    }

    private static void ConfigureMessages(IBusFactoryConfigurator bus)
    {
        var serializer = new ProtobufSerializer();
        bus.ClearSerialization();
        bus.AddSerializer(serializer, isSerializer: true);

        // Also for bodies without a content type or with one that says something else: the bytes decide.
        bus.AddDeserializer(serializer, isDefault: true);
        BusTopology.Name(bus);
    }

    /// <param name="endpoint">The endpoint of the consumer's queue.</param>
    /// <param name="consumer">The consumer.</param>
    /// <param name="failsAtOnce">True when somebody waits for the outcome and can try again.</param>
    private void Connect(IReceiveEndpointConfigurator endpoint, BusConsumer consumer, bool failsAtOnce)
    {
        // No messages about failures, no queues of skipped messages.
        endpoint.PublishFaults = false;
        endpoint.DiscardSkippedMessages();
        endpoint.ConfigureError(failures => failures.UseExecute(failure => LogFailure(failure, consumer.Queue)));
        endpoint.PrefetchCount = _options.PrefetchCount;
        endpoint.ConcurrentMessageLimit = consumer.IsBatch ? null : _options.ConcurrencyLimit;

        // Nothing is consumed before the process is ready.
        endpoint.UseExecuteAsync(received => _gate.WaitAsync(received.CancellationToken));
        if (!failsAtOnce)
        {
            endpoint.WaitForStores(consumer, _logger);
        }

        consumer.Connect(endpoint, context, _options, failsAtOnce);
    }

    private void LogFailure(ExceptionReceiveContext failure, BusQueue queue)
    {
        var reason = failure.Exception.Message.ReplaceLineEndings(" ");
        if (queue.IsShared)
        {
            HostingLog.MessageRejected(_logger, queue.Name, failure.Body.Length ?? 0, reason);
        }
        else
        {
            HostingLog.MessageDropped(_logger, queue.Name, failure.Body.Length ?? 0, reason);
        }

        HostingLog.RejectedDetails(_logger, queue.Name, failure.Exception);
    }
}
