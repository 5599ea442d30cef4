using Google.Protobuf;
using MassTransit;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Histories;
using RecSys.Hosting.Bus;
using RecSys.Ingest.Validation;
using RecSys.Lake;

namespace RecSys.Ingest.Consumers;

/// <summary>
/// Stores the listens on the bus: recent ones for serving, all of them in the lake. The messages are acknowledged when both
/// stores have them; what comes again changes nothing.
/// </summary>
internal sealed class ListenWriter(
    ListenScreening screening,
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
        foreach (var message in context.Message.Select(received => received.Message))
        {
            // The same listen in two messages is sorted out by the stores.
            var screened = screening.Screen(message.Listens);
            good.AddRange(screened.Good);
            bad.AddRange(Rejections(message, screened.Bad, now));
        }

        // The database first and the lake last: rows are idempotent, whereas segments that are written again and again while
        // the database is away would fill the lake with copies.
        await rejected.AddAsync(bad, context.CancellationToken);
        await history.AddAsync([.. good.Select(ToRecentListen)], context.CancellationToken);
        await lake.AppendAsync([.. good.Select(ToLakeListen)], context.CancellationToken);
        IngestLog.ListensStored(logger, good.Count, bad.Count, context.Message.Length, clock.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>What producers other than the gRPC service put on the bus without keeping its rules.</summary>
    private static IEnumerable<RejectedListenRow> Rejections(ListenBatch message, IReadOnlyList<BadListen> bad, DateTimeOffset now)
    {
        var producer = ProducerText.Storable(message.Producer);
        if (message.Listens.Count == 0)
        {
            yield return new RejectedListenRow("listens must not be empty", message.ToByteArray(), now, producer);
        }

        // Each as a batch of one, so that every body in the store is what the bus would take.
        foreach (var listen in bad)
        {
            var body = new ListenBatch { Producer = message.Producer, Listens = { listen.Listen } }.ToByteArray();
            yield return new RejectedListenRow(listen.Reason, body, now, producer);
        }
    }

    private static RecentListenRow ToRecentListen(Listen listen) =>
        new(listen.UserId, listen.TrackId, listen.ListenTime.ToDateTimeOffset(), ShareOf(listen), PlaysOf(listen));

    private static LakeListen ToLakeListen(Listen listen) =>
        new(listen.UserId, listen.TrackId, listen.ListenTime.ToDateTimeOffset(), ShareOf(listen), PlaysOf(listen));

    private static float? ShareOf(Listen listen) => listen.HasPlayedShare ? listen.PlayedShare : null;

    private static int PlaysOf(Listen listen) => Math.Max(1, (int)listen.PlayCount);
}
