using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using MassTransit;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Errors;

namespace RecSys.Serving.Histories;

/// <summary>Takes every listen into the histories as it passes on the bus.</summary>
internal sealed class ListenConsumer(LiveHistories histories, TimeProvider time, ILogger<ListenConsumer> logger) : IConsumer<ListenBatch>, ICatchUp
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ListenBatch> context)
    {
        var now = time.GetUtcNow();
        var malformed = 0;
        var byUser = new Dictionary<string, List<HistoryListen>>(StringComparer.Ordinal);
        foreach (var listen in context.Message.Listens)
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

/// <summary>
/// Reads a listen off the bus, to which anybody may publish. What ingest's writer would refuse to store must not live in
/// memory either.
/// </summary>
internal static class ArrivingListen
{
    /// <summary>How far a producer's clock may be ahead.</summary>
    private static readonly TimeSpan MaxClockLead = TimeSpan.FromMinutes(10);

    private const uint MaxPlayCount = 10_000_000;

    public static bool TryRead(Listen listen, DateTimeOffset now, [NotNullWhen(true)] out HistoryListen? read)
    {
        read = null;
        var violations = new FieldViolations();
        violations.RequireId(listen.UserId, "user_id");
        violations.RequireId(listen.TrackId, "track_id");
        if (violations.Count > 0
            || listen.ListenTime is not { } listenTime
            || listenTime.Seconds < 0
            || listenTime.Seconds > (now + MaxClockLead).ToUnixTimeSeconds()
            || listenTime.Nanos is < 0 or >= 1_000_000_000
            || (listen.HasPlayedShare && !(listen.PlayedShare is >= 0 and <= 1))
            || listen.PlayCount > MaxPlayCount)
        {
            return false;
        }

        read = new HistoryListen(
            listen.TrackId,
            (listenTime.Seconds * 1_000_000) + (listenTime.Nanos / 1_000),
            listen.HasPlayedShare ? listen.PlayedShare : null,
            listen.PlayCount == 0 ? 1 : (int)listen.PlayCount);
        return true;
    }
}
