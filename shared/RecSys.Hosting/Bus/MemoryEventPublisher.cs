using Google.Protobuf;
using MassTransit;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting.Bus;

/// <summary>Publishes inside this process and waits until the message has been consumed.</summary>
internal sealed class MemoryEventPublisher(
    IBus bus, BusRegistry registry, MemoryPublishes publishes, IOptions<BusOptions> options, TimeProvider time) : IEventPublisher
{
    /// <summary>
    /// How long a publisher also waits for this instance's own queues, so that whoever asks next sees the event; nothing
    /// is lost when that takes longer.
    /// </summary>
    private static readonly TimeSpan InstanceTimeout = TimeSpan.FromSeconds(1);

    public async Task PublishAsync(IMessage message, CancellationToken cancellationToken)
    {
        var type = message.GetType();
        var queues = registry.Consumers.Where(consumer => consumer.MessageType == type).Select(consumer => consumer.Queue).ToArray();
        if (BusTopology.RouteOf(type).Queues.FirstOrDefault(needed => !queues.Contains(needed)) is { } missing)
        {
            throw RecSysException.FailedPrecondition(
                "NO_CONSUMER",
                $"Nothing in this process consumes {missing.Name}, so that the message would be lost. Set Bus:Transport to RabbitMq.");
        }

        var messageId = NewId.NextGuid();
        var shared = queues.Count(queue => queue.IsShared);
        var publish = publishes.Begin(messageId, shared, queues.Length - shared);
        try
        {
            await PublishAsync(message, messageId, publish, cancellationToken);
            await WaitForInstanceAsync(publish, cancellationToken);
        }
        finally
        {
            publishes.End(messageId);
        }
    }

    private async Task PublishAsync(IMessage message, Guid messageId, MemoryPublish publish, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.PublishTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await bus.Publish(message, message.GetType(), Pipe.Execute<PublishContext>(context => context.MessageId = messageId), either.Token);
            await publish.SharedConsumed.WaitAsync(either.Token);
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw BusErrors.Unavailable("The message is not stored yet. Send it again.", exception);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or RecSysException) && TransientFailures.IsTransient(exception))
        {
            throw BusErrors.Unavailable("The message could not be stored. Send it again.", exception);
        }
    }

    private async Task WaitForInstanceAsync(MemoryPublish publish, CancellationToken cancellationToken)
    {
        try
        {
            await publish.InstanceConsumed.WaitAsync(InstanceTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
        }
    }
}
