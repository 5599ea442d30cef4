using Google.Protobuf.WellKnownTypes;
using MassTransit;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Histories;
using RecSys.Hosting.Bus;
using RecSys.Ingest.Validation;

namespace RecSys.Ingest.Consumers;

/// <summary>
/// Keeps messages of the listen queue that can't be consumed, with the reason and their bytes: those on which the writer keeps
/// failing, and bodies that are no <c>ListenBatch</c>. The listens of such a body that can be read go on the bus again, so that
/// the writer and serving have them.
/// </summary>
internal sealed class RejectedListenKeeper(
    RejectedListenStore rejected, IEventPublisher events, TimeProvider clock, ILogger<RejectedListenKeeper> logger) : IConsumer<RejectedMessage>
{
    /// <summary>The header in which a producer may name itself, where the body can't be read.</summary>
    private const string ProducerHeader = "producer";

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<RejectedMessage> context)
    {
        var message = context.Message;
        var body = message.Body.ToArray();
        var arrivedAt = BrokerTime.Of(message) ?? clock.GetUtcNow();
        if (message.IsMalformed && BrokenBatch.TakeApart(body) is { } batch)
        {
            var producer = ProducerText.Storable(batch.Producer);
            if (batch.Good.Count > 0)
            {
                await events.PublishAsync(
                    new ListenBatch { Producer = producer, AcceptTime = arrivedAt.ToTimestamp(), Listens = { batch.Good } }, context.CancellationToken);
            }

            await rejected.AddAsync([.. batch.Bad.Select(bad => new RejectedListenRow(bad.Reason, bad.Body, arrivedAt, producer))], context.CancellationToken);
            IngestLog.MessageTakenApart(logger, message.Queue, body.Length, batch.Good.Count, batch.Bad.Count);
        }
        else
        {
            var producer = ProducerText.Storable(message.Headers.GetValueOrDefault(ProducerHeader, ""));
            await rejected.AddAsync([new RejectedListenRow(message.Reason, body, arrivedAt, producer)], context.CancellationToken);
            IngestLog.MessageRejected(logger, message.Queue, body.Length, message.Reason);
        }
    }
}
