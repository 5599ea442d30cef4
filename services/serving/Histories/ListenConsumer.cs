using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using MassTransit;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Errors;

namespace RecSys.Serving.Histories;

/// <summary>Takes every listen into the histories as it passes on the bus.</summary>
internal sealed class ListenConsumer(LiveHistories histories, KnownDeletions deletions, TimeProvider time, ILogger<ListenConsumer> logger) : IConsumer<ListenBatch>, ICatchUp
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ListenBatch> context)
    {
        var arrivedAt = ListenRules.ArrivalOf(context.Message, BrokerTime.Of(context) ?? time.GetUtcNow());
        var malformed = 0;
        var byUser = new Dictionary<string, List<HistoryListen>>(StringComparer.Ordinal);
        foreach (var listen in context.Message.Listens)
        {
            if (listen.TrackId.Length == 0 || deletions.Current.Covers(listen, arrivedAt))
            {
                // Ingest finds the track of one with names only, and publishes it again; a deleted user's is stored nowhere.
                continue;
            }

            if (!ArrivingListen.TryRead(listen, arrivedAt, out var read))
            {
                malformed++;
                continue;
            }

            CollectionsMarshal.GetValueRefOrAddDefault(byUser, listen.UserId, out _) ??= [];
            byUser[listen.UserId].Add(read.Value);
        }

        foreach (var (userId, listens) in byUser)
        {
            histories.Add(userId, CollectionsMarshal.AsSpan(listens));
        }

        if (malformed > 0)
        {
            ServingLog.MalformedListens(logger, malformed);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CatchUpAsync(CancellationToken cancellationToken)
    {
        histories.ReadAgain();
        return Task.CompletedTask;
    }
}

/// <summary>
/// Reads a listen off the bus, to which anybody may publish. What ingest's writer would refuse to store must not live in
/// memory either.
/// </summary>
internal static class ArrivingListen
{
    public static bool TryRead(Listen listen, DateTimeOffset arrivedAt, [NotNullWhen(true)] out HistoryListen? read)
    {
        read = null;
        var violations = new FieldViolations();
        ListenRules.Check(listen, arrivedAt, violations);
        if (violations.Count > 0)
        {
            return false;
        }

        var listenTime = listen.ListenTime;
        read = new HistoryListen(
            listen.TrackId,
            (listenTime.Seconds * 1_000_000) + (listenTime.Nanos / 1_000),
            listen.HasPlayedShare ? listen.PlayedShare : null,
            listen.PlayCount == 0 ? 1 : (int)listen.PlayCount);
        return true;
    }
}
