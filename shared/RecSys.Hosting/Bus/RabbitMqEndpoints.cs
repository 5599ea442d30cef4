using System.Globalization;
using System.Security.Authentication;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RecSys.Hosting.Bus;

/// <summary>The bus on RabbitMQ.</summary>
internal sealed class RabbitMqEndpoints(IServiceProvider services) : BusEndpoints(services)
{
    /// <summary>
    /// How often the broker delivers a message of a shared queue before it gives up on it. A delivery counts when its
    /// consumer died or lost the connection with the message in hand, never when a store was away.
    /// </summary>
    private const int DeliveryLimit = 20;

    /// <summary>
    /// The longest time that a consumer may wait for its store with messages in hand; brokers before 3.12 don't know the
    /// argument and allow half an hour, after which they deliver again.
    /// </summary>
    private static readonly TimeSpan AcknowledgementTimeout = TimeSpan.FromHours(24);

    /// <summary>A connection that is silent for twice this long is dead.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    public void Configure(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus)
    {
        ConfigureHost(bus);
        ConfigureMessages(bus);
        ConfigurePublishing(bus);
        foreach (var consumer in Registry.Consumers)
        {
            if (consumer.Queue.IsShared)
            {
                AddShared(bus, consumer);
            }
            else
            {
                AddPerInstance(bus, consumer);
            }
        }
    }

    public static string RejectedName(BusQueue queue) => queue.Name + ".rejected";

    private void ConfigureHost(IRabbitMqBusFactoryConfigurator bus)
    {
        var address = BrokerAddress.Parse(Options.Uri);
        bus.Host(address.Host, address.Port, address.VirtualHost, host =>
        {
            host.Username(address.User);
            host.Password(address.Password);
            host.Heartbeat(Heartbeat);
            host.PublisherConfirmation = true;
            host.ConnectionName(Services.GetRequiredService<IHostEnvironment>().ApplicationName);
            if (address.UseTls)
            {
                host.UseSsl(tls =>
                {
                    tls.Protocol = SslProtocols.Tls12 | SslProtocols.Tls13;
                    tls.ServerName = address.Host;
                });
            }
        });
    }

    private static void ConfigurePublishing(IRabbitMqBusFactoryConfigurator bus)
    {
        foreach (var type in InterfacesOfMessages)
        {
            bus.Publish(type, topology => topology.Exclude = true);
        }

        foreach (var (type, route) in BusTopology.Routes)
        {
            bus.Publish(type, topology =>
            {
                foreach (var queue in route.Queues)
                {
                    topology.BindQueue(route.Exchange, queue.Name, arguments => ConfigureShared(arguments, queue));
                    topology.BindQueue(RejectedName(queue), RejectedName(queue), arguments => arguments.SetQuorumQueue());
                }
            });
        }
    }

    private void AddShared(IRabbitMqBusFactoryConfigurator bus, BusRegistration consumer)
    {
        var queue = consumer.Queue;
        var handler = Registry.RejectedHandlerOf(queue);
        var rejected = new RejectedMessageFilter(queue, handler, Services, RetryOf(queue, failsAtOnce: false), Logger);
        bus.ReceiveEndpoint(queue.Name, endpoint =>
        {
            ConfigureShared(endpoint, queue);
            endpoint.BindDeadLetterQueue(RejectedName(queue), RejectedName(queue), arguments => arguments.SetQuorumQueue());
            endpoint.Bind(BusTopology.RouteOf(consumer.MessageType).Exchange);
            endpoint.ConfigureError(pipe => pipe.UseFilter(rejected));
            ConfigureConsumer(endpoint, consumer, RetryOf(queue, failsAtOnce: false));
        });

        if (handler is not null)
        {
            bus.ReceiveEndpoint(RejectedName(queue), endpoint =>
            {
                endpoint.SetQuorumQueue();
                ConfigureReceiving(endpoint);
                endpoint.ConfigureReceive(pipe => pipe.UseFilter(rejected));
            });
        }
    }

    private void AddPerInstance(IRabbitMqBusFactoryConfigurator bus, BusRegistration consumer)
    {
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"{consumer.Queue.Name}.{Environment.MachineName.ToLowerInvariant()}-{Environment.ProcessId}-{Guid.NewGuid():N}");
        bus.ReceiveEndpoint(name, endpoint =>
        {
            endpoint.Durable = false;
            endpoint.AutoDelete = true;
            endpoint.Exclusive = true;
            endpoint.Bind(BusTopology.RouteOf(consumer.MessageType).Exchange);
            ConfigureConsumer(endpoint, consumer, RetryOf(consumer.Queue, failsAtOnce: false));
        });
    }

    /// <summary>
    /// The arguments of a shared queue, the same wherever it is declared. A dead letter leaves it only when the queue of
    /// rejected messages has it; that takes the overflow setting, though nothing limits the queue's length.
    /// </summary>
    private static void ConfigureShared(IRabbitMqQueueConfigurator arguments, BusQueue queue)
    {
        arguments.SetQuorumQueue();
        arguments.SetQueueArgument("x-delivery-limit", DeliveryLimit);
        arguments.SetQueueArgument("x-dead-letter-exchange", RejectedName(queue));
        arguments.SetQueueArgument("x-dead-letter-strategy", "at-least-once");
        arguments.SetQueueArgument("x-overflow", "reject-publish");
        arguments.SetQueueArgument("x-consumer-timeout", (int)AcknowledgementTimeout.TotalMilliseconds);
    }
}
