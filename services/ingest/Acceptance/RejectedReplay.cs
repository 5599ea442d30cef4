using System.Runtime.CompilerServices;
using Google.Protobuf;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Histories;
using RecSys.Ingest.Consumers;

namespace RecSys.Ingest.Acceptance;

/// <summary>
/// Judges kept listens and exposures again, as if they came now: after a rule, a clock or this service was mended. The good ones go on the bus, and
/// when the broker has them they are kept no longer.
/// </summary>
internal sealed class RejectedReplay(RejectedListenStore rejected, ListenAcceptance listens, ExposureAcceptance exposures, TimeProvider clock)
{
    private const int PageSize = 200;

    /// <summary>Entries whose confirmation is awaited together.</summary>
    private const int AtOnce = 16;

    /// <summary>Replays the entries of these ids; unknown ones are passed by.</summary>
    public async IAsyncEnumerable<ReplayedRejection> ReplayAsync(
        IReadOnlyCollection<string> rejectedIds, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var rows in (await rejected.GetAsync(rejectedIds, cancellationToken)).Chunk(AtOnce))
        {
            foreach (var replayed in await Task.WhenAll(rows.Select(row => ReplayAsync(row, cancellationToken))))
            {
                yield return replayed;
            }
        }
    }

    /// <summary>Replays the entries that a filter chooses, newest first.</summary>
    public async IAsyncEnumerable<ReplayedRejection> ReplayAsync(
        RejectedListenFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RejectedPosition? before = null;
        IReadOnlyList<RejectedListenRow> page;
        do
        {
            page = await rejected.GetPageAsync(filter, PageSize, before, cancellationToken);
            foreach (var rows in page.Chunk(AtOnce))
            {
                foreach (var replayed in await Task.WhenAll(rows.Select(row => ReplayAsync(row, cancellationToken))))
                {
                    yield return replayed;
                }

                before = new RejectedPosition(rows[^1].ReceivedAt, rows[^1].RejectedId);
            }
        }
        while (page.Count == PageSize);
    }

    /// <summary>The events of a kept body that can be read; none when there are none.</summary>
    public static IReadOnlyList<TEvent> EventsOf<TEvent, TBatch>(byte[] body)
        where TEvent : class, IUserEvent, IMessage<TEvent>, new()
        where TBatch : class, IEventBatch<TEvent>, new() => Read<TEvent, TBatch>(body)?.Good ?? [];

    private Task<ReplayedRejection> ReplayAsync(RejectedListenRow row, CancellationToken cancellationToken) =>
        row.Kind == EventKind.Exposures ? ReplayAsync(row, exposures, cancellationToken) : ReplayAsync(row, listens, cancellationToken);

    private async Task<ReplayedRejection> ReplayAsync<TEvent, TBatch>(
        RejectedListenRow row, EventAcceptance<TEvent, TBatch> acceptance, CancellationToken cancellationToken)
        where TEvent : class, IUserEvent, IMessage<TEvent>, new()
        where TBatch : class, IEventBatch<TEvent>, new()
    {
        if (Read<TEvent, TBatch>(row.Body) is not { Good.Count: > 0 } batch)
        {
            return new ReplayedRejection(row.RejectedId, 0, [row]);
        }

        var screened = acceptance.Screen(batch.Good, clock.GetUtcNow());
        RejectedListenRow[] remaining =
        [
            .. acceptance.RejectionsOf(screened, batch.Producer).Select(bad => bad with { ReceivedAt = row.ReceivedAt, Producer = row.Producer }),
            .. batch.Bad.Select(bad => acceptance.Rejection(bad.Reason, bad.Body, row.ReceivedAt, row.Producer)),
        ];
        await acceptance.PublishAsync(screened.Good, row.Producer, screened.ArrivedAt, cancellationToken);
        return new ReplayedRejection(row.RejectedId, screened.Good.Count, await rejected.ReplaceAsync(row.RejectedId, remaining, cancellationToken));
    }

    private static BrokenBatch<TEvent>? Read<TEvent, TBatch>(byte[] body)
        where TEvent : class, IUserEvent, IMessage<TEvent>, new()
        where TBatch : class, IEventBatch<TEvent>, new()
    {
        try
        {
            var batch = new TBatch();
            batch.MergeFrom(body);
            return new BrokenBatch<TEvent>(batch.Producer, batch.Events, []);
        }
        catch (InvalidProtocolBufferException)
        {
            return BrokenBatch<TEvent>.TakeApart(body);
        }
    }
}

/// <summary>What became of one kept entry.</summary>
/// <param name="RejectedId">The entry.</param>
/// <param name="Replayed">Events of it that were published.</param>
/// <param name="Remaining">What stays kept of it; none when all of it was taken.</param>
internal sealed record ReplayedRejection(string RejectedId, int Replayed, IReadOnlyList<RejectedListenRow> Remaining);
