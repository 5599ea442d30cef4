using Google.Protobuf;

namespace RecSys.Hosting.Bus;

/// <summary>
/// Consumes all messages that have arrived while it was busy as one batch: alone a message never waits, under load the
/// batches grow. A new consumer is made for every batch, in a scope of its own. Every message may come more than once.
/// </summary>
/// <typeparam name="TMessage">A message that has an exchange, see <see cref="BusTopology"/>.</typeparam>
public interface IBatchConsumer<in TMessage>
    where TMessage : class, IMessage<TMessage>
{
    /// <summary>Consumes 1 to <see cref="BusOptions.BatchLimit"/> messages, oldest first; all are acknowledged when the task completes.</summary>
    /// <exception cref="Exception">None of them is acknowledged: they are kept and tried again, also one by one.</exception>
    Task ConsumeAsync(IReadOnlyList<TMessage> messages, CancellationToken cancellationToken);
}
