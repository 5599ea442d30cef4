using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using MassTransit;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Histories;
using RecSys.Data.Segments;
using RecSys.Hosting;
using RecSys.Hosting.Bus;
using RecSys.Ingest.Acceptance;
using RecSys.Ingest.Validation;
using RecSys.Lake;

namespace RecSys.Ingest.Consumers;

/// <summary>
/// Stores the events of a kind that are on the bus: all of them in a segment of the lake, and in one transaction its row in the lake's
/// catalogue, what was rejected, and whatever else the kind has in the database. The messages are acknowledged after that.
/// </summary>
internal abstract class EventWriter<TEvent, TBatch>(
    EventAcceptance<TEvent, TBatch> acceptance, ListenStore store, ListenLake lake, TimeProvider clock, ILogger logger) : IConsumer<Batch<TBatch>>
    where TEvent : class, IUserEvent, IMessage<TEvent>, new()
    where TBatch : class, IEventBatch<TEvent>, new()
{
    private static readonly byte[] MessageType = Encoding.UTF8.GetBytes(new TBatch().Descriptor.FullName);

    /// <summary>Where segments go.</summary>
    protected ListenLake Lake => lake;

    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<Batch<TBatch>> context)
    {
        var started = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        var messages = await FindNewAsync(context);
        var good = new List<ArrivedEvent<TEvent>>();
        var bad = new List<RejectedListenRow>();
        var deleted = 0;
        foreach (var received in messages.Values)
        {
            var message = received.Message;
            var screened = acceptance.Screen(message.Events, ListenRules.ArrivalOf(message, BrokerTime.Of(received) ?? now));
            deleted += screened.Deleted;
            bad.AddRange(Rejections(message, screened));
            if (IsComplete(message, screened))
            {
                // The same event in two messages is sorted out by the stores.
                good.AddRange(screened.Good.Select(item => new ArrivedEvent<TEvent>(item, message.Producer)));
            }
            else
            {
                // They come again as messages that are complete, for serving and whoever else listens, too.
                await acceptance.PublishAsync(screened.Good, ProducerText.Storable(message.Producer), screened.ArrivedAt, context.CancellationToken);
            }
        }

        if (messages.Count > 0)
        {
            bad.AddRange(await LeaveOutAsync(good, now, context.CancellationToken));

            // Where the database is away, the look at what is known has failed before a file was written.
            deleted += await StoreAsync(messages.Keys, good, bad, context.CancellationToken);
        }

        IngestLog.EventsStored(logger, good.Count, acceptance.Kind, bad.Count, deleted, context.Message.Length, clock.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>Stores good events and rejected ones, but for those of people who were deleted since they were screened.</summary>
    /// <returns>How many events were left out.</returns>
    private async Task<int> StoreAsync(
        IReadOnlyCollection<Guid> messages, List<ArrivedEvent<TEvent>> events, IReadOnlyList<RejectedListenRow> bad, CancellationToken cancellationToken)
    {
        var count = events.Count;
        while (true)
        {
            var segment = events.Count == 0 ? null : await WriteAsync(events, cancellationToken);
            var deleted = await store.StoreAsync(messages, segment, [.. events.Select(arrived => arrived.Event)], RecentListens(events), bad, cancellationToken);
            if (deleted.IsEmpty)
            {
                return count - events.Count;
            }

            await lake.DiscardAsync(segment!, cancellationToken);
            events.RemoveAll(arrived => deleted.Covers(arrived.Event.UserId, arrived.Event.EventTime!.ToDateTimeOffset()));
        }
    }

    /// <summary>
    /// Whether a message can be stored as it is. Ingest's own are complete; other producers may send more events at once, and less of each.
    /// </summary>
    protected virtual bool IsComplete(TBatch message, ScreenedEvents<TEvent> screened) => message.Events.Count <= BatchRules.MaxListens;

    /// <summary>Takes out of good events what is not to be stored after all.</summary>
    /// <returns>The same as it is kept.</returns>
    protected virtual Task<IReadOnlyList<RejectedListenRow>> LeaveOutAsync(List<ArrivedEvent<TEvent>> events, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RejectedListenRow>>([]);

    /// <summary>Writes events, at least one, into a segment that is not yet part of the lake.</summary>
    protected abstract Task<SegmentRow> WriteAsync(IReadOnlyList<ArrivedEvent<TEvent>> events, CancellationToken cancellationToken);

    /// <summary>What of the events belongs into the histories of users.</summary>
    protected virtual IReadOnlyList<RecentListenRow> RecentListens(IReadOnlyList<ArrivedEvent<TEvent>> events) => [];

    /// <summary>
    /// The messages by an id made of their bytes, without those that were stored but not acknowledged. Producers give messages no ids, or
    /// all of them the same; only one that the broker delivers again, or that is tried again, can be known.
    /// </summary>
    private async Task<Dictionary<Guid, ConsumeContext<TBatch>>> FindNewAsync(ConsumeContext<Batch<TBatch>> context)
    {
        var messages = new Dictionary<Guid, ConsumeContext<TBatch>>(context.Message.Length);
        var repeated = new HashSet<Guid>();
        foreach (var received in context.Message)
        {
            var id = IdOf(received.ReceiveContext.Body.GetBytes());
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

    // Messages of two kinds may have the same bytes.
    private static Guid IdOf(byte[] body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(body);
        hash.AppendData(MessageType);
        return new Guid(hash.GetHashAndReset().AsSpan(0, 16));
    }

    /// <summary>What producers other than the service's own put on the bus without keeping its rules.</summary>
    private IEnumerable<RejectedListenRow> Rejections(TBatch message, ScreenedEvents<TEvent> screened)
    {
        var rows = acceptance.RejectionsOf(screened, message.Producer);
        return message.Events.Count > 0
            ? rows
            : rows.Append(acceptance.Rejection(
                $"{message.Descriptor.FindFieldByNumber(ListenBatch.ListensFieldNumber).Name} must not be empty", message.ToByteArray(), screened.ArrivedAt, message.Producer));
    }
}

/// <summary>An event that is to be stored.</summary>
/// <param name="Event">The event, which keeps the rules.</param>
/// <param name="Producer">Who sent it, as it names itself.</param>
internal readonly record struct ArrivedEvent<TEvent>(TEvent Event, string Producer);
