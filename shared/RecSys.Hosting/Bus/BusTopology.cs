using MassTransit;
using RecSys.Contracts.Events.V1;

namespace RecSys.Hosting.Bus;

/// <summary>
/// Which message goes where. All exchanges are durable fanouts; a body is the protobuf encoding of the message and nothing
/// around it, content type <see cref="ContentType"/>, so that any AMQP client is a producer or a consumer.
/// </summary>
public static class BusTopology
{
    /// <summary>The content type of every body.</summary>
    public const string ContentType = "application/x-protobuf";

    /// <summary>
    /// How often the broker delivers a message of a shared queue before it gives up on it. A delivery counts when its
    /// consumer died or lost the connection with the message in hand, never when a store was away.
    /// </summary>
    private const int DeliveryLimit = 20;

    /// <summary>
    /// The longest time that a consumer may wait for its store with messages in hand, a day; brokers before 3.12 don't know the
    /// argument and allow half an hour, after which they deliver again.
    /// </summary>
    private const int AcknowledgementTimeoutMs = 24 * 60 * 60 * 1000;

    /// <summary>The shared queue of listens that the ingest writers consume.</summary>
    public static BusQueue IngestListens { get; } = BusQueue.Shared("ingest.listens");

    /// <summary>The shared queue of exposures that the ingest writers consume.</summary>
    public static BusQueue IngestExposures { get; } = BusQueue.Shared("ingest.exposures");

    private static Dictionary<Type, BusRoute> Routes { get; } = new()
    {
        [typeof(ListenBatch)] = new("recsys.listens", [IngestListens]),
        [typeof(ExposureBatch)] = new("recsys.exposures", [IngestExposures]),
        [typeof(ModelPublished)] = new("recsys.models", []),
        [typeof(UserDeleted)] = new("recsys.users", []),
        [typeof(TrainingProgress)] = new("recsys.training", []),
    };

    /// <summary>The route of a message type.</summary>
    /// <exception cref="ArgumentException">The type has none.</exception>
    internal static BusRoute RouteOf(Type messageType) =>
        Routes.TryGetValue(messageType, out var route)
            ? route
            : throw new ArgumentException($"{messageType.Name} has no exchange. Give it one in {nameof(BusTopology)}.", nameof(messageType));

    /// <summary>Names the exchanges.</summary>
    internal static void Name(IBusFactoryConfigurator bus) =>
        bus.MessageTopology.SetEntityNameFormatter(new ExchangeNames(bus.MessageTopology.EntityNameFormatter));

    /// <summary>Declares the exchanges, and the queues that must be there before the first message is published.</summary>
    internal static void Declare(IRabbitMqBusFactoryConfigurator bus)
    {
        foreach (var (type, route) in Routes)
        {
            bus.Publish(type, exchange =>
            {
                foreach (var queue in route.Queues)
                {
                    exchange.BindQueue(route.Exchange, queue.FullName, arguments => Set(arguments, queue.Rejected));
                    exchange.BindQueue(queue.Rejected.FullName, queue.Rejected.FullName, arguments => Set(arguments, deadLetters: null));
                }
            });

            // MassTransit would make exchanges of what the messages implement, too.
            foreach (var implemented in type.GetInterfaces().Where(MessageTypeCache.IsValidMessageType))
            {
                bus.Publish(implemented, exchange => exchange.Exclude = true);
            }
        }

        // The queue of rejected messages gets the arguments of the one that they come from, unless they are taken away.
        bus.SendTopology.ErrorQueueNameFormatter = new RejectedNames();
        bus.SendTopology.ConfigureErrorSettings = arguments => Set(arguments, deadLetters: null);
    }

    /// <summary>Declares the queue of a consumer.</summary>
    internal static void Declare(IRabbitMqReceiveEndpointConfigurator endpoint, BusConsumer consumer)
    {
        var queue = consumer.Queue;
        if (consumer.IsOfRejected)
        {
            Set(endpoint, deadLetters: null);
            endpoint.ConfigureConsumeTopology = false;
        }
        else if (queue.IsShared)
        {
            Set(endpoint, queue.Rejected);
            endpoint.BindDeadLetterQueue(queue.Rejected.FullName, queue.Rejected.FullName, arguments => Set(arguments, deadLetters: null));
        }
        else
        {
            endpoint.Durable = false;
            endpoint.AutoDelete = true;
            endpoint.Exclusive = true;
        }
    }

    /// <summary>
    /// The arguments of a shared queue, the same wherever it is declared. A dead letter leaves it only when the queue of
    /// rejected messages has it; that takes the overflow setting, though nothing limits the queue's length.
    /// </summary>
    private static void Set(IRabbitMqQueueConfigurator arguments, BusQueue? deadLetters)
    {
        arguments.SetQuorumQueue();
        arguments.SetQueueArgument("x-dead-letter-exchange", deadLetters?.FullName);
        arguments.SetQueueArgument("x-dead-letter-strategy", deadLetters is null ? null : "at-least-once");
        arguments.SetQueueArgument("x-overflow", deadLetters is null ? null : "reject-publish");
        arguments.SetQueueArgument("x-delivery-limit", deadLetters is null ? null : (object)DeliveryLimit);
        arguments.SetQueueArgument("x-consumer-timeout", deadLetters is null ? null : (object)AcknowledgementTimeoutMs);
    }

    private sealed class ExchangeNames(IEntityNameFormatter others) : IEntityNameFormatter
    {
        public string FormatEntityName<T>() => Routes.TryGetValue(typeof(T), out var route) ? route.Exchange : others.FormatEntityName<T>();
    }

    private sealed class RejectedNames : IErrorQueueNameFormatter
    {
        public string FormatErrorQueueName(string queueName) => queueName + BusQueue.RejectedEnd;
    }
}

/// <summary>Where a message goes.</summary>
/// <param name="Exchange">The durable fanout exchange.</param>
/// <param name="Queues">
/// The shared queues that must exist before the first message is published: a broker confirms and drops what no queue wants,
/// and the service that consumes a queue may never have run yet.
/// </param>
internal sealed record BusRoute(string Exchange, IReadOnlyList<BusQueue> Queues);
