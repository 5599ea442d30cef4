using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Histories;
using RecSys.Hosting;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Errors;
using RecSys.Ingest.Validation;

namespace RecSys.Ingest.Acceptance;

/// <summary>
/// The one way in for events of a kind that somebody sends to this service, by whatever protocol. The bad ones are kept with their
/// reasons, the good ones are completed and go on the bus with the time at which they came, by which they are judged from then on.
/// </summary>
/// <typeparam name="TEvent">The event.</typeparam>
/// <typeparam name="TBatch">A message of them on the bus.</typeparam>
internal abstract class EventAcceptance<TEvent, TBatch>(KnownEvents known, RejectedListenStore rejected, IEventPublisher events)
    where TEvent : class, IUserEvent, IMessage<TEvent>, new()
    where TBatch : class, IEventBatch<TEvent>, new()
{
    /// <summary>The kind.</summary>
    public abstract EventKind Kind { get; }

    /// <summary>Divides a batch.</summary>
    /// <param name="items">The events.</param>
    /// <param name="arrivedAt">When they came in.</param>
    public abstract ScreenedEvents<TEvent> Screen(IReadOnlyList<TEvent> items, DateTimeOffset arrivedAt);

    /// <summary>Ends when the broker has confirmed the good events and the bad ones are stored.</summary>
    /// <param name="screened">The events. The good ones are completed in place.</param>
    /// <param name="producer">Who sent them, as it names itself.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many of the good events this process did not know from earlier calls.</returns>
    /// <exception cref="RecSysException">UNAVAILABLE: the broker did not confirm in time.</exception>
    /// <exception cref="Data.DatabaseUnavailableException">The database does not answer, and is needed: for bad events, or for names.</exception>
    public async Task<int> AcceptAsync(ScreenedEvents<TEvent> screened, string producer, CancellationToken cancellationToken)
    {
        await rejected.AddAsync([.. RejectionsOf(screened, producer)], cancellationToken);
        return await PublishAsync(screened.Good, producer, screened.ArrivedAt, cancellationToken);
    }

    /// <summary>Completes good events and puts them on the bus, in messages of at most <see cref="BatchRules.MaxListens"/>.</summary>
    /// <param name="items">Events that keep the rules; completed in place. None are not published.</param>
    /// <param name="producer">Who sent them.</param>
    /// <param name="arrivedAt">When they came in.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="AcceptAsync" path="/returns"/>
    /// <inheritdoc cref="AcceptAsync" path="/exception"/>
    public async Task<int> PublishAsync(IReadOnlyList<TEvent> items, string producer, DateTimeOffset arrivedAt, CancellationToken cancellationToken)
    {
        await CompleteAsync(items, cancellationToken);
        var messages = items.Chunk(BatchRules.MaxListens).Select(part => Batch(producer, part, arrivedAt));
        var added = known.Add(items.Select(HashOf));
        try
        {
            await Task.WhenAll(messages.Select(message => events.PublishAsync(message, cancellationToken)));
            return added.Count;
        }
        catch
        {
            known.Forget(added);
            throw;
        }
    }

    /// <summary>The bad events as they are kept, each as a batch of one, so that every body in the store is what the bus would take.</summary>
    public IEnumerable<RejectedListenRow> RejectionsOf(ScreenedEvents<TEvent> screened, string producer) => screened.Bad.Select(bad =>
        Rejection(bad.Reason, Batch(producer, [bad.Event]).ToByteArray(), screened.ArrivedAt, producer));

    /// <summary>Something of this kind as it is kept.</summary>
    public RejectedListenRow Rejection(string reason, byte[] body, DateTimeOffset receivedAt, string producer) =>
        new(reason, body, receivedAt, ProducerText.Storable(producer)) { Kind = Kind };

    /// <summary>What makes a good event the one that it is, in 64 bits.</summary>
    protected abstract ulong HashOf(TEvent item);

    /// <summary>Gives good events what the stores know of them, in place.</summary>
    protected virtual Task CompleteAsync(IReadOnlyList<TEvent> items, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A message of events.</summary>
    /// <param name="producer">Who sent them.</param>
    /// <param name="items">The events, as they are.</param>
    /// <param name="acceptedAt">When they came in; null where that is not to be said.</param>
    public static TBatch Batch(string producer, IEnumerable<TEvent> items, DateTimeOffset? acceptedAt = null)
    {
        var batch = new TBatch { Producer = producer };
        batch.Events.AddRange(items);
        if (acceptedAt is { } time)
        {
            batch.AcceptTime = time.ToTimestamp();
        }

        return batch;
    }
}

/// <summary>The one way in for exposures.</summary>
internal sealed class ExposureAcceptance(
    RejectedListenStore rejected, IEventPublisher events, KnownDeletions deletions, IOptions<IngestOptions> options)
    : EventAcceptance<Exposure, ExposureBatch>(new KnownEvents(options.Value.KnownEvents), rejected, events)
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.Exposures;

    /// <inheritdoc/>
    public override ScreenedEvents<Exposure> Screen(IReadOnlyList<Exposure> items, DateTimeOffset arrivedAt) =>
        ExposureScreening.Screen(items, arrivedAt, deletions.Current);

    /// <inheritdoc/>
    protected override ulong HashOf(Exposure item) => KnownEvents.HashOf(item.ExposureId);
}
