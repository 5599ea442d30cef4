using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Histories;
using RecSys.Hosting;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Errors;
using RecSys.Ingest.Validation;

namespace RecSys.Ingest.Acceptance;

/// <summary>
/// The one way in for listens that somebody sends to this service, by whatever protocol. The bad ones are kept with their reasons,
/// the good ones are completed and go on the bus with the time at which they came, by which they are judged from then on.
/// </summary>
internal sealed class ListenAcceptance(
    TrackResolver resolver, RejectedListenStore rejected, IEventPublisher events, KnownDeletions deletions, TimeProvider clock)
{
    /// <summary>Divides a batch that has just come in.</summary>
    /// <param name="listens">The listens.</param>
    /// <param name="faultsOf">What is wrong with the form of the listen at a place; null where they come in the contract's own form.</param>
    public ScreenedListens Screen(IReadOnlyList<Listen> listens, Func<int, FieldViolations>? faultsOf = null) =>
        ListenScreening.Screen(listens, clock.GetUtcNow(), deletions.Current, faultsOf);

    /// <summary>Ends when the broker has confirmed the good listens and the bad ones are stored.</summary>
    /// <param name="screened">The listens. The good ones are completed in place.</param>
    /// <param name="producer">Who sent them, as it names itself.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RecSysException">UNAVAILABLE: the broker did not confirm in time.</exception>
    /// <exception cref="Data.DatabaseUnavailableException">The database does not answer, and is needed: for bad listens, or for names.</exception>
    public async Task AcceptAsync(ScreenedListens screened, string producer, CancellationToken cancellationToken)
    {
        await rejected.AddAsync([.. RejectionsOf(screened, producer)], cancellationToken);
        await PublishAsync(screened.Good, producer, screened.ArrivedAt, cancellationToken);
    }

    /// <summary>Completes good listens and puts them on the bus, in messages of at most <see cref="BatchRules.MaxListens"/>.</summary>
    /// <param name="listens">Listens that keep the rules; completed in place. None are not published.</param>
    /// <param name="producer">Who sent them.</param>
    /// <param name="arrivedAt">When they came in.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="AcceptAsync" path="/exception"/>
    public async Task PublishAsync(IReadOnlyList<Listen> listens, string producer, DateTimeOffset arrivedAt, CancellationToken cancellationToken)
    {
        await resolver.CompleteAsync(listens, cancellationToken);
        var messages = listens.Chunk(BatchRules.MaxListens).Select(part => new ListenBatch
        {
            Producer = producer,
            AcceptTime = arrivedAt.ToTimestamp(),
            Listens = { part },
        });
        await Task.WhenAll(messages.Select(message => events.PublishAsync(message, cancellationToken)));
    }

    /// <summary>The bad listens as they are kept, each as a batch of one, so that every body in the store is what the bus would take.</summary>
    public static IEnumerable<RejectedListenRow> RejectionsOf(ScreenedListens screened, string producer) => screened.Bad.Select(bad =>
        new RejectedListenRow(
            bad.Reason, new ListenBatch { Producer = producer, Listens = { bad.Listen } }.ToByteArray(), screened.ArrivedAt, ProducerText.Storable(producer)));
}
