using Google.Protobuf;
using MassTransit;
using Microsoft.Extensions.Options;
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

/// <summary>Publishes to RabbitMQ and waits for the broker's confirmation.</summary>
internal sealed class RabbitMqEventPublisher(IBus bus, IOptions<BusOptions> options, TimeProvider time) : IEventPublisher
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    public async Task PublishAsync(IMessage message, CancellationToken cancellationToken)
    {
        var type = message.GetType();
        var route = BusTopology.RouteOf(type);
        using var timeout = new CancellationTokenSource(options.Value.PublishTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            // Mandatory: the broker sends back what no queue takes, instead of confirming and dropping it.
            await bus.Publish(
                message, type, Pipe.Execute<PublishContext>(context => context.Mandatory = route.Queues.Count > 0), either.Token)
                .WaitAsync(either.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unavailable($"{options.Value.Carrier} has not confirmed the message. Send it again.", exception);
        }
    }

    /// <summary>A message was not taken; sending it again does no harm.</summary>
    internal static RecSysException Unavailable(string message, Exception cause) =>
        RecSysException.Unavailable("BUS_UNAVAILABLE", message, RetryDelay, cause);
}
