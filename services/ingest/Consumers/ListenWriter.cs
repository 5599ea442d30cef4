using System.Security.Cryptography;
using Google.Protobuf;
using MassTransit;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Deletions;
using RecSys.Data.Histories;
using RecSys.Hosting;
using RecSys.Hosting.Bus;
using RecSys.Ingest.Acceptance;
using RecSys.Ingest.Validation;
using RecSys.Lake;

namespace RecSys.Ingest.Consumers;

/// <summary>
/// Stores the listens on the bus: all of them in a segment of the lake, and in one transaction its row in the lake's catalogue, what users
/// heard lately and what was rejected. The messages are acknowledged after that.
/// </summary>
internal sealed class ListenWriter(
    ListenAcceptance acceptance, ListenStore store, ListenLake lake, KnownDeletions deletions, TimeProvider clock, ILogger<ListenWriter> logger) : IConsumer<Batch<ListenBatch>>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<Batch<ListenBatch>> context)
    {
        var started = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        var messages = await FindNewAsync(context);
        var good = new List<Listen>();
        var bad = new List<RejectedListenRow>();
        var deleted = 0;
        foreach (var received in messages.Values)
        {
            var message = received.Message;
            var screened = ListenScreening.Screen(message.Listens, ListenRules.ArrivalOf(message, BrokerTime.Of(received) ?? now), deletions.Current);
            deleted += screened.Deleted;
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

        if (messages.Count > 0)
        {
            // Where the database is away, the look at what is known has failed before a file was written.
            deleted += await StoreAsync(messages.Keys, [.. good.Select(ToLakeListen)], bad, context.CancellationToken);
        }

        IngestLog.ListensStored(logger, good.Count, bad.Count, deleted, context.Message.Length, clock.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>Stores good listens and rejected ones, but for those of people who were deleted since they were screened.</summary>
    /// <returns>How many listens were left out.</returns>
    private async Task<int> StoreAsync(
        IReadOnlyCollection<Guid> messages, LakeListen[] listens, IReadOnlyList<RejectedListenRow> bad, CancellationToken cancellationToken)
    {
        var count = listens.Length;
        while (true)
        {
            var segment = listens.Length == 0 ? null : await lake.WriteAsync(listens, cancellationToken);
            var deleted = await store.StoreAsync(messages, segment, [.. listens.Select(listen => listen.ToRecentListen())], bad, cancellationToken);
            if (deleted.IsEmpty)
            {
                return count - listens.Length;
            }

            await lake.DiscardAsync(segment!, cancellationToken);
            listens = [.. listens.Where(listen => !deleted.Covers(listen.UserId, listen.ListenedAt))];
        }
    }

    /// <summary>
    /// The messages by an id made of their bytes, without those that were stored but not acknowledged. Producers give messages no ids, or
    /// all of them the same; only one that the broker delivers again, or that is tried again, can be known.
    /// </summary>
    private async Task<Dictionary<Guid, ConsumeContext<ListenBatch>>> FindNewAsync(ConsumeContext<Batch<ListenBatch>> context)
    {
        var messages = new Dictionary<Guid, ConsumeContext<ListenBatch>>(context.Message.Length);
        var repeated = new HashSet<Guid>();
        foreach (var received in context.Message)
        {
            var id = new Guid(SHA256.HashData(received.ReceiveContext.Body.GetBytes()).AsSpan(0, 16));
            messages[id] = received;
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

    private static LakeListen ToLakeListen(Listen listen) => new(
        listen.UserId, listen.TrackId, listen.ListenTime.ToDateTimeOffset(), listen.HasPlayedShare ? listen.PlayedShare : null, Math.Max(1, (int)listen.PlayCount));
}
