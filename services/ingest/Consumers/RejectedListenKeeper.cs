using MassTransit;
using RecSys.Data.Histories;
using RecSys.Hosting.Bus;

namespace RecSys.Ingest.Consumers;

/// <summary>
/// Keeps messages of the listen queue that can't be consumed, with the reason and their bytes: bodies that are no
/// <c>ListenBatch</c>, and those on which the writer keeps failing.
/// </summary>
internal sealed class RejectedListenKeeper(RejectedListenStore rejected, TimeProvider clock, ILogger<RejectedListenKeeper> logger)
    : IConsumer<RejectedMessage>
{
    /// <summary>The header in which a producer may name itself, where the body can't be read.</summary>
    internal const string ProducerHeader = "producer";

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<RejectedMessage> context)
    {
        var message = context.Message;
        var producer = ProducerText.Storable(message.Headers.GetValueOrDefault(ProducerHeader, ""));
        var listen = new RejectedListenRow(message.Reason, message.Body.ToArray(), clock.GetUtcNow(), producer);
        await rejected.AddAsync([listen], context.CancellationToken);
        IngestLog.MessageRejected(logger, message.Queue, message.Body.Length, message.Reason);
    }
}
