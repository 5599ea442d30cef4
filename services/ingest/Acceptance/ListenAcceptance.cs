using Microsoft.Extensions.Options;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Histories;
using RecSys.Hosting;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Errors;
using RecSys.Ingest.Validation;

namespace RecSys.Ingest.Acceptance;

/// <summary>The one way in for listens. The good ones are completed by what the catalogue knows.</summary>
internal sealed class ListenAcceptance(
    TrackResolver resolver,
    RejectedListenStore rejected,
    IEventPublisher events,
    KnownDeletions deletions,
    IOptions<IngestOptions> options,
    TimeProvider clock)
    : EventAcceptance<Listen, ListenBatch>(new KnownEvents(options.Value.KnownEvents), rejected, events)
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.Listens;

    /// <summary>Divides a batch that has just come in.</summary>
    /// <param name="listens">The listens.</param>
    /// <param name="faultsOf">What is wrong with the form of the listen at a place; null where they come in the contract's own form.</param>
    public ScreenedEvents<Listen> Screen(IReadOnlyList<Listen> listens, Func<int, FieldViolations>? faultsOf = null) =>
        ListenScreening.Screen(listens, clock.GetUtcNow(), deletions.Current, faultsOf);

    /// <inheritdoc/>
    public override ScreenedEvents<Listen> Screen(IReadOnlyList<Listen> items, DateTimeOffset arrivedAt) =>
        ListenScreening.Screen(items, arrivedAt, deletions.Current);

    /// <inheritdoc/>
    protected override Task CompleteAsync(IReadOnlyList<Listen> items, CancellationToken cancellationToken) => resolver.CompleteAsync(items, cancellationToken);

    /// <inheritdoc/>
    protected override ulong HashOf(Listen item) => KnownEvents.HashOf(
        item.TrackId, unchecked((long)KnownEvents.HashOf(item.UserId, ListenIdentity.MicrosecondsOf(item.ListenTime))));
}
