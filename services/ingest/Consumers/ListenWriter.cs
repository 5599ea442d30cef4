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
    protected override async Task<IReadOnlyList<RejectedListenRow>> LeaveOutAsync(List<Listen> events, DateTimeOffset now, CancellationToken cancellationToken) =>
    [
        .. (await nearDuplicates.TakeAsync(events, cancellationToken))
            .Select(listen => acceptance.Rejection(NearDuplicates.Reason, ListenAcceptance.Batch("", [listen]).ToByteArray(), now, "")),
    ];

    /// <inheritdoc/>
    protected override Task<SegmentRow> WriteAsync(IReadOnlyList<Listen> events, CancellationToken cancellationToken) =>
        Lake.WriteAsync([.. events.Select(ToLakeListen)], cancellationToken);

    /// <inheritdoc/>
    protected override IReadOnlyList<RecentListenRow> RecentListens(IReadOnlyList<Listen> events) =>
        [.. events.Select(listen => ToLakeListen(listen).ToRecentListen())];

    private static LakeListen ToLakeListen(Listen listen) => new(
        listen.UserId, listen.TrackId, listen.ListenTime.ToDateTimeOffset(), listen.HasPlayedShare ? listen.PlayedShare : null, Math.Max(1, (int)listen.PlayCount));
}
