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

    /// <summary>
    /// Called when the connection to the broker is back after a loss, and only for a queue of this instance alone: that queue
    /// was gone meanwhile, so that messages may have passed by. Read again whatever they tell changes of. A failure is tried
    /// again until it succeeds.
    /// </summary>
    Task CatchUpAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
