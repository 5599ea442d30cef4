using System.Security.Cryptography;
using Google.Protobuf;
using MassTransit;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Histories;
using RecSys.Hosting.Bus;
using RecSys.Ingest.Validation;
using RecSys.Lake;

namespace RecSys.Ingest.Consumers;

/// <summary>
/// Stores the listens on the bus: all of them in a segment of the lake, and in one transaction its row in the lake's catalogue, what users
/// heard lately and what was rejected. The messages are acknowledged after that.
/// </summary>
internal sealed class ListenWriter(
    ListenScreening screening, ListenStore store, ListenLake lake, TimeProvider clock, ILogger<ListenWriter> logger) : IConsumer<Batch<ListenBatch>>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<Batch<ListenBatch>> context)
    {
        var started = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        var messages = await FindNewAsync(context);
        var good = new List<Listen>();
        var bad = new List<RejectedListenRow>();
        foreach (var message in messages.Values)
        {
            // The same listen in two messages is sorted out by the stores.
            var screened = screening.Screen(message.Listens);
            good.AddRange(screened.Good);
            bad.AddRange(Rejections(message, screened.Bad, now));
        }

        if (messages.Count > 0)
        {
            // Where the database is away, the look at what is known has failed before a file was written.
            var segment = good.Count == 0 ? null : await lake.WriteAsync([.. good.Select(ToLakeListen)], context.CancellationToken);
            await store.StoreAsync(messages.Keys, segment, [.. good.Select(ToRecentListen)], bad, context.CancellationToken);
        }

        IngestLog.ListensStored(logger, good.Count, bad.Count, context.Message.Length, clock.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>
    /// The messages by an id made of their bytes, without those that were stored but not acknowledged. Producers give messages no ids, or
    /// all of them the same; only one that the broker delivers again, or that is tried again, can be known.
    /// </summary>
    private async Task<Dictionary<Guid, ListenBatch>> FindNewAsync(ConsumeContext<Batch<ListenBatch>> context)
    {
        var messages = new Dictionary<Guid, ListenBatch>(context.Message.Length);
        var repeated = new HashSet<Guid>();
        foreach (var received in context.Message)
        {
            var id = new Guid(SHA256.HashData(received.ReceiveContext.Body.GetBytes()).AsSpan(0, 16));
            messages[id] = received.Message;
            if (received.ReceiveContext.Redelivered || context.GetRetryAttempt() > 0)
            {
                repeated.Add(id);
            }
        }

        // Asked also where nothing was repeated: a database that is away must be known before a segment is written.
        foreach (var stored in await store.FindStoredAsync(repeated, context.CancellationToken))
        {
            messages.Remove(stored);
        }

        return messages;
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
