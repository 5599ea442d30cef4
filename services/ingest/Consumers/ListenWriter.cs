using Google.Protobuf;
using MassTransit;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Histories;
using RecSys.Hosting;
using RecSys.Hosting.Bus;
using RecSys.Ingest.Acceptance;
using RecSys.Ingest.Validation;
using RecSys.Lake;

namespace RecSys.Ingest.Consumers;

/// <summary>
/// Stores the listens on the bus: recent ones for serving, all of them in the lake. The messages are acknowledged when both
/// stores have them; what comes again changes nothing.
/// </summary>
internal sealed class ListenWriter(
    ListenAcceptance acceptance,
    ListenHistoryStore history,
    RejectedListenStore rejected,
    ListenLake lake,
    TimeProvider clock,
    ILogger<ListenWriter> logger) : IConsumer<Batch<ListenBatch>>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<Batch<ListenBatch>> context)
    {
        var started = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        var good = new List<Listen>();
        var bad = new List<RejectedListenRow>();
        foreach (var received in context.Message)
        {
            var message = received.Message;
            var screened = ListenScreening.Screen(message.Listens, ListenRules.ArrivalOf(message, BrokerTime.Of(received) ?? now));
            bad.AddRange(Rejections(message, screened));
            if (IsComplete(message, screened))
            {
                // The same listen in two messages is sorted out by the stores.
                good.AddRange(screened.Good);
            }
            else
            {
                // They come again as messages that are complete, for serving and whoever else listens, too.
                await acceptance.PublishAsync(screened.Good, ProducerText.Storable(message.Producer), screened.ArrivedAt, context.CancellationToken);
            }
        }

        // The database first and the lake last: rows are idempotent, whereas segments that are written again and again while
        // the database is away would fill the lake with copies.
        await rejected.AddAsync(bad, context.CancellationToken);
        await history.AddAsync([.. good.Select(ToRecentListen)], context.CancellationToken);
        await lake.AppendAsync([.. good.Select(ToLakeListen)], context.CancellationToken);
        IngestLog.ListensStored(logger, good.Count, bad.Count, context.Message.Length, clock.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>
    /// Whether a message can be stored as it is. Ingest's own are complete; other producers may send more listens at once, tracks by
    /// name only, and plays by duration.
    /// </summary>
    private static bool IsComplete(ListenBatch message, ScreenedListens screened) =>
        message.Listens.Count <= BatchRules.MaxListens
        && screened.Good.All(listen => listen.TrackId.Length > 0
            && (message.AcceptTime is not null || listen.HasPlayedShare || listen.PlayedDuration is null));

    /// <summary>What producers other than the service's own put on the bus without keeping its rules.</summary>
    private static IEnumerable<RejectedListenRow> Rejections(ListenBatch message, ScreenedListens screened)
    {
        var rows = ListenAcceptance.RejectionsOf(screened, message.Producer);
        return message.Listens.Count > 0
            ? rows
            : rows.Append(new RejectedListenRow(
                "listens must not be empty", message.ToByteArray(), screened.ArrivedAt, ProducerText.Storable(message.Producer)));
    }

    private static RecentListenRow ToRecentListen(Listen listen) =>
        new(listen.UserId, listen.TrackId, listen.ListenTime.ToDateTimeOffset(), ShareOf(listen), PlaysOf(listen));

    private static LakeListen ToLakeListen(Listen listen) =>
        new(listen.UserId, listen.TrackId, listen.ListenTime.ToDateTimeOffset(), ShareOf(listen), PlaysOf(listen));

    private static float? ShareOf(Listen listen) => listen.HasPlayedShare ? listen.PlayedShare : null;

    private static int PlaysOf(Listen listen) => Math.Max(1, (int)listen.PlayCount);
}
