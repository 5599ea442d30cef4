namespace RecSys.Hosting.Bus;

/// <summary>What all modules of this process want of the bus, collected until it is built.</summary>
internal sealed class BusRegistry
{
    private readonly Dictionary<string, BusRegistration> _consumers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Type> _rejectedHandlers = new(StringComparer.Ordinal);

    public IReadOnlyCollection<BusRegistration> Consumers => _consumers.Values;

    public void AddConsumer(BusRegistration registration)
    {
        _ = BusTopology.RouteOf(registration.MessageType);
        if (!_consumers.TryAdd(registration.Queue.Name, registration))
        {
            throw new InvalidOperationException(
                $"Queue {registration.Queue.Name} has a consumer already: {_consumers[registration.Queue.Name].ConsumerType.Name}.");
        }
    }

    public void AddRejectedHandler(BusQueue queue, Type handlerType)
    {
        if (!queue.IsShared)
        {
            throw new ArgumentException($"Queue {queue.Name} is of one instance alone; what it rejects is logged and dropped.", nameof(queue));
        }

        if (!_rejectedHandlers.TryAdd(queue.Name, handlerType))
        {
            throw new InvalidOperationException($"Queue {queue.Name} has a handler of rejected messages already.");
        }
    }

    public Type? RejectedHandlerOf(BusQueue queue) => _rejectedHandlers.GetValueOrDefault(queue.Name);
}
