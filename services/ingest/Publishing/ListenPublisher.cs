using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Bus;

namespace RecSys.Ingest.Publishing;

/// <summary>Puts screened listens on the bus.</summary>
internal sealed class ListenPublisher(IEventPublisher events)
{
    /// <summary>Publishes the listens as one message; ends when the broker has confirmed it. None are not published.</summary>
    /// <exception cref="Hosting.Errors.RecSysException">UNAVAILABLE: the broker did not confirm in time.</exception>
    public Task PublishAsync(IReadOnlyList<Listen> listens, string producer, CancellationToken cancellationToken)
    {
        if (listens.Count == 0)
        {
            return Task.CompletedTask;
        }

        var batch = new ListenBatch { Producer = producer };
        batch.Listens.AddRange(listens);
        return events.PublishAsync(batch, cancellationToken);
    }
}
