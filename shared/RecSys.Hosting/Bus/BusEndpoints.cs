using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Bus;

/// <summary>Connects the collected consumers; what differs between the transports is in its two subclasses.</summary>
internal abstract class BusEndpoints(IServiceProvider services)
{
    protected IServiceProvider Services { get; } = services;

    protected BusRegistry Registry { get; } = services.GetRequiredService<BusRegistry>();

    protected BusOptions Options { get; } = services.GetRequiredService<IOptions<BusOptions>>().Value;

    protected ILogger Logger { get; } = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(BusEndpoints).Namespace!);

    /// <summary>The message types and the interfaces that they implement, of which MassTransit would make exchanges.</summary>
    protected static IEnumerable<Type> InterfacesOfMessages { get; } =
        BusTopology.Routes.Keys.SelectMany(type => type.GetInterfaces()).Distinct().Where(MessageTypeCache.IsValidMessageType).ToArray();

    protected static void ConfigureMessages(IBusFactoryConfigurator bus)
    {
        var serializer = new ProtobufSerializer();
        bus.ClearSerialization();
        bus.AddSerializer(serializer, isSerializer: true);

        // Also for bodies without a content type or with one that says something else: the bytes decide.
        bus.AddDeserializer(serializer, isDefault: true);
        bus.MessageTopology.SetEntityNameFormatter(new BusEntityNames(bus.MessageTopology.EntityNameFormatter));
    }

    protected void ConfigureConsumer(IReceiveEndpointConfigurator endpoint, BusRegistration consumer, ConsumerRetry retry)
    {
        ConfigureReceiving(endpoint);
        endpoint.ConcurrentMessageLimit = consumer.IsBatch ? null : Options.ConcurrencyLimit;
        if (!consumer.Queue.IsShared)
        {
            endpoint.ConfigureError(pipe => pipe.UseFilter(new DroppedMessageFilter(consumer.Queue, Logger)));
            endpoint.ConnectReceiveEndpointObserver(new CatchUpObserver(consumer, Services, retry));
        }

        consumer.Connect(endpoint, Services, retry, Options);
    }

    protected void ConfigureReceiving(IReceiveEndpointConfigurator endpoint)
    {
        // No exchanges named after types, no messages about failures, no queues of skipped messages.
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        endpoint.DiscardSkippedMessages();
        endpoint.PrefetchCount = Options.PrefetchCount;
    }

    protected ConsumerRetry RetryOf(BusQueue queue, bool failsAtOnce) => new(
        queue,
        failsAtOnce,
        Services.GetRequiredService<StartupGate>(),
        Services.GetRequiredService<BusLifetime>(),
        Services.GetRequiredService<TimeProvider>(),
        Logger);
}
