using Google.Protobuf;
using MassTransit;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Histories;
using RecSys.Hosting.Bus;
using RecSys.Ingest.Acceptance;
using RecSys.Ingest.Validation;

namespace RecSys.Ingest.Consumers;

/// <summary>
/// Keeps messages of a queue of events that can't be consumed, with the reason and their bytes: those on which the writer keeps
/// failing, and bodies that are no batch of these events. The events of such a body that can be read go on the bus again, so that
/// the writer and serving have them.
/// </summary>
internal sealed class RejectedEventKeeper<TEvent, TBatch>(
    EventAcceptance<TEvent, TBatch> acceptance,
    RejectedListenStore rejected,
    IEventPublisher events,
    TimeProvider clock,
    ILogger<RejectedEventKeeper<TEvent, TBatch>> logger)
    : IConsumer<RejectedMessage>
    where TEvent : class, IUserEvent, IMessage<TEvent>, new()
    where TBatch : class, IEventBatch<TEvent>, new()
{
    /// <summary>The header in which a producer may name itself, where the body can't be read.</summary>
    private const string ProducerHeader = "producer";

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<RejectedMessage> context)
    {
        var message = context.Message;
        var body = message.Body.ToArray();
        var arrivedAt = BrokerTime.Of(message) ?? clock.GetUtcNow();
        if (message.IsMalformed && BrokenBatch<TEvent>.TakeApart(body) is { } batch)
        {
            var producer = ProducerText.Storable(batch.Producer);
            if (batch.Good.Count > 0)
            {
                await events.PublishAsync(EventAcceptance<TEvent, TBatch>.Batch(producer, batch.Good, arrivedAt), context.CancellationToken);
            }

            await rejected.AddAsync([.. batch.Bad.Select(bad => acceptance.Rejection(bad.Reason, bad.Body, arrivedAt, producer))], context.CancellationToken);
            IngestLog.MessageTakenApart(logger, message.Queue, body.Length, new TBatch().Descriptor.Name, batch.Good.Count, batch.Bad.Count);
        }
        else
        {
            var producer = message.Headers.GetValueOrDefault(ProducerHeader, "");
            await rejected.AddAsync([acceptance.Rejection(message.Reason, body, arrivedAt, producer)], context.CancellationToken);
            IngestLog.MessageRejected(logger, message.Queue, body.Length, message.Reason);
        }
    }
}
