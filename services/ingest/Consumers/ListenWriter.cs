using Google.Protobuf;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Histories;
using RecSys.Data.Segments;
using RecSys.Ingest.Acceptance;
using RecSys.Ingest.Validation;
using RecSys.Lake;

namespace RecSys.Ingest.Consumers;

/// <summary>Stores the listens on the bus, in the lake and in what users heard lately.</summary>
internal sealed class ListenWriter(
    ListenAcceptance acceptance, NearDuplicates nearDuplicates, ListenStore store, ListenLake lake, TimeProvider clock, ILogger<ListenWriter> logger)
    : EventWriter<Listen, ListenBatch>(acceptance, store, lake, clock, logger)
{
    /// <summary>Other producers may also send tracks by name only, and plays by duration.</summary>
    protected override bool IsComplete(ListenBatch message, ScreenedEvents<Listen> screened) =>
        base.IsComplete(message, screened)
        && screened.Good.All(listen => listen.TrackId.Length > 0
            && (message.AcceptTime is not null || listen.HasPlayedShare || listen.PlayedDuration is null));

    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<RejectedListenRow>> LeaveOutAsync(
        List<ArrivedEvent<Listen>> events, DateTimeOffset now, CancellationToken cancellationToken) =>
    [
        .. (await nearDuplicates.TakeAsync(events, cancellationToken)).Select(arrived =>
            acceptance.Rejection(NearDuplicates.Reason, ListenAcceptance.Batch(arrived.Producer, [arrived.Event]).ToByteArray(), now, arrived.Producer)),
    ];

    /// <inheritdoc/>
    protected override Task<SegmentRow> WriteAsync(IReadOnlyList<ArrivedEvent<Listen>> events, CancellationToken cancellationToken) =>
        Lake.WriteAsync([.. events.Select(ToLakeListen)], cancellationToken);

    /// <inheritdoc/>
    protected override IReadOnlyList<RecentListenRow> RecentListens(IReadOnlyList<ArrivedEvent<Listen>> events) =>
        [.. events.Select(arrived => ToLakeListen(arrived).ToRecentListen() with { ProducerCode = NearDuplicates.CodeOf(arrived.Producer) })];

    private static LakeListen ToLakeListen(ArrivedEvent<Listen> arrived) => new(
        arrived.Event.UserId,
        arrived.Event.TrackId,
        arrived.Event.ListenTime.ToDateTimeOffset(),
        arrived.Event.HasPlayedShare ? arrived.Event.PlayedShare : null,
        Math.Max(1, (int)arrived.Event.PlayCount));
}
