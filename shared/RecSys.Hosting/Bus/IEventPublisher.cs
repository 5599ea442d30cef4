using Google.Protobuf;

namespace RecSys.Hosting.Bus;

/// <summary>Publishes messages to all queues that want them.</summary>
public interface IEventPublisher
{
    /// <summary>
    /// Publishes a message. The task completes when the message can no longer be lost: on RabbitMQ when the broker has
    /// confirmed it, in memory when the consumers of the shared queues have completed.
    /// </summary>
    /// <param name="message">A message that has an exchange, see <see cref="BusTopology"/>.</param>
    /// <param name="cancellationToken">Ends the wait; whether the message was published is then unknown.</param>
    /// <exception cref="Exception">Unavailable: not confirmed within <see cref="BusOptions.PublishTimeout"/>; publishing it again does no harm.</exception>
    Task PublishAsync(IMessage message, CancellationToken cancellationToken);
}
