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

    /// <summary>
    /// Called when the connection to the broker is back after a loss, and only for a queue of this instance alone: that queue
    /// was gone meanwhile, so that messages may have passed by. Read again whatever they tell changes of. A failure is tried
    /// again until it succeeds.
    /// </summary>
    Task CatchUpAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
