using Google.Protobuf;
using MassTransit;
using Microsoft.Extensions.Options;

namespace RecSys.Hosting.Bus;

/// <summary>Publishes to RabbitMQ and waits for the broker's confirmation.</summary>
internal sealed class RabbitMqEventPublisher(IBus bus, IOptions<BusOptions> options, TimeProvider time) : IEventPublisher
{
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
            throw PublishErrors.Unavailable($"{options.Value.Carrier} has not confirmed the message. Send it again.", exception);
        }
    }
}
