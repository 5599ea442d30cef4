using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Bus;

namespace RecSys.Hosting.Tests.Bus;

/// <summary>Consumes batches as the ingest writer does.</summary>
internal sealed class BatchWriter(Inbox inbox) : IBatchConsumer<ListenBatch>
{
    public Task ConsumeAsync(IReadOnlyList<ListenBatch> messages, CancellationToken cancellationToken) => inbox.TakeAsync(messages);

    public Task CatchUpAsync(CancellationToken cancellationToken) => inbox.CatchUpAsync();
}
