using Google.Protobuf;

namespace RecSys.Hosting.Bus;

/// <summary>
/// Consumes messages one by one. A new consumer is made for every message, in a scope of its own. Every message may
/// come more than once.
/// </summary>
/// <typeparam name="TMessage">A message that has an exchange, see <see cref="BusTopology"/>.</typeparam>
public interface IBusConsumer<in TMessage>
    where TMessage : class, IMessage<TMessage>
{
    /// <summary>Consumes a message; it is acknowledged when the task completes.</summary>
    /// <exception cref="Exception">The message is kept and tried again later.</exception>
    Task ConsumeAsync(TMessage message, CancellationToken cancellationToken);
}
