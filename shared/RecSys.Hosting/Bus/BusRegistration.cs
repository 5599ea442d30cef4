using MassTransit;

namespace RecSys.Hosting.Bus;

/// <summary>A consumer that a module wants on the bus.</summary>
internal abstract class BusRegistration(BusQueue queue, Type messageType, Type consumerType, bool isBatch)
{
    public BusQueue Queue { get; } = queue;

    public Type MessageType { get; } = messageType;

    public Type ConsumerType { get; } = consumerType;

    public bool IsBatch { get; } = isBatch;

    /// <summary>Connects the consumer to the endpoint of its queue.</summary>
    public abstract void Connect(IReceiveEndpointConfigurator endpoint, IServiceProvider services, ConsumerRetry retry, BusOptions options);

    /// <summary>Tells the consumer that it may have missed messages.</summary>
    public abstract Task CatchUpAsync(IServiceProvider services, CancellationToken cancellationToken);
}
