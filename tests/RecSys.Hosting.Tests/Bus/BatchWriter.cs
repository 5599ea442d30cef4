using MassTransit;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Bus;

namespace RecSys.Hosting.Tests.Bus;

/// <summary>Consumes batches as the ingest writer does.</summary>
internal sealed class BatchWriter(Inbox inbox) : IConsumer<Batch<ListenBatch>>, ICatchUp
{
    public Task Consume(ConsumeContext<Batch<ListenBatch>> context) => inbox.TakeAsync([.. context.Message.Select(received => received.Message)]);

    public Task CatchUpAsync(CancellationToken cancellationToken) => inbox.CatchUpAsync();
}
