using Google.Protobuf;
using RecSys.Hosting.Errors;

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

/// <summary>Errors of publishing that callers hear of.</summary>
internal static class PublishErrors
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    /// <summary>A message was not taken; sending it again does no harm.</summary>
    public static RecSysException Unavailable(string message, Exception innerException) =>
        RecSysException.Unavailable("BUS_UNAVAILABLE", message, RetryDelay, innerException);
}
