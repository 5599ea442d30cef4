using Google.Protobuf;
using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Bus;

/// <summary>Registers consumers and the bus.</summary>
public static class BusBuilderExtensions
{
    /// <summary>
    /// How long consumers may go on with what they have in hand when the bus stops; then it goes back to its queue. A consumer
    /// that waits for its store would never end.
    /// </summary>
    private static readonly TimeSpan ConsumerStopTimeout = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Adds a consumer of single messages. Any number of modules of one process may add theirs, one for each queue. A message is
    /// acknowledged when its consumer has completed; every message may come more than once.
    /// </summary>
    public static IHostApplicationBuilder AddBusConsumer<TConsumer, TMessage>(this IHostApplicationBuilder builder, BusQueue queue)
        where TConsumer : class, IConsumer<TMessage>
        where TMessage : class, IMessage<TMessage>
    {
        _ = BusTopology.RouteOf(typeof(TMessage));
        return builder.Add(new BusConsumer(queue, typeof(TMessage), typeof(TConsumer), IsBatch: false, (endpoint, context, _, failsAtOnce) =>
        {
            endpoint.TryAlone<TMessage>(failsAtOnce);
            endpoint.ConfigureConsumer<TConsumer>(context);
        }));
    }

    /// <summary>
    /// Adds a consumer of batches of 1 to <see cref="BusOptions.BatchLimit"/> messages, oldest first: all that have arrived
    /// while it was busy. They are acknowledged together.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="queue">Where the messages wait.</param>
    /// <param name="batchLimit">The most messages at once where that is fewer than <see cref="BusOptions.BatchLimit"/>: for large ones.</param>
    public static IHostApplicationBuilder AddBatchConsumer<TConsumer, TMessage>(this IHostApplicationBuilder builder, BusQueue queue, int batchLimit = int.MaxValue)
        where TConsumer : class, IConsumer<Batch<TMessage>>
        where TMessage : class, IMessage<TMessage>
    {
        _ = BusTopology.RouteOf(typeof(TMessage));
        return builder.Add(new BusConsumer(queue, typeof(TMessage), typeof(TConsumer), IsBatch: true, (endpoint, context, options, failsAtOnce) =>
        {
            var turns = new BatchTurns<TMessage>();
            endpoint.UseFilter(turns);
            endpoint.TryAlone<TMessage>(failsAtOnce);
            endpoint.ConfigureConsumer<TConsumer>(context, consumer =>
            {
                // A message that is tried again has a group of its own, so that it is consumed alone and once.
                consumer.Options<BatchOptions>(batch => batch
                    .SetMessageLimit(Math.Min(batchLimit, Math.Min(options.BatchLimit, options.PrefetchCount)))
                    .SetTimeLimit(BatchTurns<TMessage>.Collecting)
                    .GroupBy<TMessage, ReceiveContext>(received => received.GetRetryAttempt() > 0 ? received.ReceiveContext : null!));
                consumer.Message<Batch<TMessage>>(message => message.UseFilter(turns));
            });
        }));
    }

    /// <summary>
    /// Adds the consumer of the messages of a shared queue that can't be consumed. Without one they wait in the queue
    /// <c>NAME.rejected</c>.
    /// </summary>
    public static IHostApplicationBuilder AddRejectedConsumer<TConsumer>(this IHostApplicationBuilder builder, BusQueue queue)
        where TConsumer : class, IConsumer<RejectedMessage> =>
        queue.IsShared
            ? builder.Add(new BusConsumer(queue.Rejected, typeof(RejectedMessage), typeof(TConsumer), IsBatch: false,
                (endpoint, context, _, _) => endpoint.ConfigureConsumer<TConsumer>(context)))
            : throw new ArgumentException($"Queue {queue.Name} is of one instance alone; what it rejects is logged and dropped.", nameof(queue));

    /// <summary>Builds the bus from everything that was added. Called once, after all modules, by <see cref="RecSysHost.Build"/>.</summary>
    internal static void AddRecSysBus(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<BusConnection>();

        // The first one is stopped last: whoever has something to say when it stops still can.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(provider => provider.GetRequiredService<BusConnection>()));
        services.Insert(0, ServiceDescriptor.Singleton<IStartupTask>(provider => provider.GetRequiredService<BusConnection>()));

        // Read before the settings are checked: a wrong value is reported then, and no bus is started before.
        var isMemory = Enum.TryParse<BusTransport>(builder.Configuration[$"{BusOptions.Section}:{nameof(BusOptions.Transport)}"], ignoreCase: true, out var transport)
            && transport == BusTransport.Memory;
        if (isMemory)
        {
            services.AddSingleton<MemoryOutcomes>();
            services.AddSingleton<IEventPublisher, MemoryEventPublisher>();
        }
        else
        {
            services.AddSingleton<IEventPublisher, RabbitMqEventPublisher>();
        }

        services.Configure<MassTransitHostOptions>(host => host.ConsumerStopTimeout = ConsumerStopTimeout);
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();

            // A process goes on without its broker, so that a broker that is away never makes it unhealthy.
            bus.ConfigureHealthCheckOptions(check =>
            {
                check.Name = "bus";
                check.MinimalFailureStatus = HealthStatus.Degraded;
                check.Tags.Add("bus");
            });
            foreach (var consumer in ConsumersOf(services).ToArray())
            {
                bus.AddConsumer(consumer.ConsumerType);
            }

            if (isMemory)
            {
                bus.UsingInMemory((context, transport) => new BusEndpoints(context).Configure(transport));
            }
            else
            {
                bus.UsingRabbitMq((context, transport) => new BusEndpoints(context).Configure(transport));
            }
        });

        // BusConnection starts it, when the broker is there.
        services.RemoveMassTransitHostedService();
    }

    private static IHostApplicationBuilder Add(this IHostApplicationBuilder builder, BusConsumer consumer)
    {
        if (ConsumersOf(builder.Services).FirstOrDefault(other => other.Queue.Name == consumer.Queue.Name) is { } other)
        {
            throw new InvalidOperationException($"Queue {consumer.Queue.Name} has a consumer already: {other.ConsumerType.Name}.");
        }

        builder.Services.AddSingleton(consumer);
        return builder;
    }

    private static IEnumerable<BusConsumer> ConsumersOf(IServiceCollection services) =>
        services.Select(service => service.ServiceType == typeof(BusConsumer) ? service.ImplementationInstance : null).OfType<BusConsumer>();
}

/// <summary>A consumer that a module wants on the bus.</summary>
/// <param name="Queue">Where its messages wait.</param>
/// <param name="MessageType">The message.</param>
/// <param name="ConsumerType">The <see cref="IConsumer{T}"/> of it, or of a <see cref="Batch{T}"/> of it.</param>
/// <param name="IsBatch">Whether it takes batches.</param>
/// <param name="Connect">Connects it to the endpoint of its queue; the last argument says that a failure is the publisher's, who waits.</param>
internal sealed record BusConsumer(
    BusQueue Queue,
    Type MessageType,
    Type ConsumerType,
    bool IsBatch,
    Action<IReceiveEndpointConfigurator, IBusRegistrationContext, BusOptions, bool> Connect)
{
    /// <summary>Whether it takes the messages of a shared queue that can't be consumed.</summary>
    public bool IsOfRejected => MessageType == typeof(RejectedMessage);
}
