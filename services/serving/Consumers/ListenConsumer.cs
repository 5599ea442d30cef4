using System.Runtime.InteropServices;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Bus;
using RecSys.Serving.Histories;

namespace RecSys.Serving.Consumers;

/// <summary>Takes every listen into the histories as it passes on the bus.</summary>
internal sealed class ListenConsumer(LiveHistories histories, TimeProvider time, ILogger<ListenConsumer> logger) : IBusConsumer<ListenBatch>
{
    /// <inheritdoc/>
    public Task ConsumeAsync(ListenBatch message, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var malformed = 0;
        var byUser = new Dictionary<string, List<HistoryListen>>(StringComparer.Ordinal);
        foreach (var listen in message.Listens)
        {
            if (!ArrivingListen.TryRead(listen, now, out var read))
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
