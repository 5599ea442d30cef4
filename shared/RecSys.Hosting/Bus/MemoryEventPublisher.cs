using System.Collections.Concurrent;
using Google.Protobuf;
using MassTransit;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting.Bus;

/// <summary>Publishes inside this process and waits until the message has been consumed.</summary>
internal sealed class MemoryEventPublisher(
    IBus bus, IEnumerable<BusConsumer> consumers, MemoryOutcomes outcomes, IOptions<BusOptions> options, TimeProvider time) : IEventPublisher
{
    /// <summary>
    /// How long a publisher also waits for this instance's own queues, so that whoever asks next sees the event; nothing
    /// is lost when that takes longer.
    /// </summary>
    private static readonly TimeSpan InstanceTimeout = TimeSpan.FromSeconds(1);

    public async Task PublishAsync(IMessage message, CancellationToken cancellationToken)
    {
        var type = message.GetType();
        var queues = consumers.Where(consumer => consumer.MessageType == type).Select(consumer => consumer.Queue).ToArray();
        if (BusTopology.RouteOf(type).Queues.FirstOrDefault(needed => !queues.Contains(needed)) is { } missing)
        {
            throw RecSysException.FailedPrecondition(
                "NO_CONSUMER",
                $"Nothing in this process consumes {missing.Name}, so that the message would be lost. Set Bus:Transport to RabbitMq.");
        }

        var messageId = NewId.NextGuid();
        var stored = Task.WhenAll(queues.Where(queue => queue.IsShared).Select(queue => outcomes.Await(messageId, queue)));
        var seen = Task.WhenAll(queues.Where(queue => !queue.IsShared).Select(queue => outcomes.Await(messageId, queue)));
        try
        {
            await PublishAsync(message, messageId, stored, cancellationToken);
            await seen.WaitAsync(InstanceTimeout, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            outcomes.Forget(messageId, queues);
        }
    }

    private async Task PublishAsync(IMessage message, Guid messageId, Task stored, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.PublishTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await bus.Publish(message, message.GetType(), Pipe.Execute<PublishContext>(context => context.MessageId = messageId), either.Token);
            await stored.WaitAsync(either.Token);
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw RabbitMqEventPublisher.Unavailable("The message is not stored yet. Send it again.", exception);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or RecSysException) && ConsumerRetry.IsTransient(exception))
        {
            throw RabbitMqEventPublisher.Unavailable("The message could not be stored. Send it again.", exception);
        }
    }
}

/// <summary>What became of the messages in this process whose publishers wait, in each of their queues.</summary>
internal sealed class MemoryOutcomes
{
    private readonly ConcurrentDictionary<(Guid MessageId, BusQueue Queue), TaskCompletionSource> _awaited = new();

    /// <summary>Completes or fails as the consumer does.</summary>
    public Task Await(Guid messageId, BusQueue queue) =>
        _awaited.GetOrAdd((messageId, queue), _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Forget(Guid messageId, IEnumerable<BusQueue> queues)
    {
        foreach (var queue in queues)
        {
            _awaited.TryRemove((messageId, queue), out _);
        }
    }

    /// <summary>The filter around the consumer of a queue.</summary>
    public IFilter<ConsumeContext> Of(BusQueue queue) => new Outcome(queue, this);

    private sealed class Outcome(BusQueue queue, MemoryOutcomes outcomes) : IFilter<ConsumeContext>
    {
        public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
        {
            try
            {
                await next.Send(context);
                Find(context)?.TrySetResult();
            }
            catch (Exception exception)
            {
                var isTold = Find(context)?.TrySetException(exception) == true;
                if (!isTold || !queue.IsShared)
                {
                    throw;
                }
            }
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("outcome");

        private TaskCompletionSource? Find(ConsumeContext context) =>
            context.ReceiveContext.GetMessageId() is { } id ? outcomes._awaited.GetValueOrDefault((id, queue)) : null;
    }
}
