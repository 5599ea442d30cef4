using System.Text;
using Google.Protobuf;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Histories;
using RecSys.Data.Schema;

namespace RecSys.Data.Deletions;

/// <summary>Whose listens and exposures the bytes of what was rejected hold.</summary>
internal static class RejectedBody
{
    /// <summary>What may stay of something rejected when a person is deleted.</summary>
    /// <returns>The same row where all of it may stay; null where nothing may.</returns>
    public static RejectedListenRow? Without(RejectedListenRow row, string userId) => row.Producer == userId
        ? null
        : Without(row, item => item.UserId == userId, body => Holds(body, userId));

    /// <summary>What may stay of what was rejected beside the deletions; these are held off until the end of the transaction.</summary>
    public static async Task<IReadOnlyList<RejectedListenRow>> WithoutDeletedAsync(
        RecSysDbContext context, IReadOnlyList<RejectedListenRow> rows, CancellationToken cancellationToken)
    {
        var deleted = await DeletionLock.FindAsync(context, rows.SelectMany(UsersOf), cancellationToken);
        var named = (await DeletedUserStore.UnerasedAsync(context, cancellationToken)).Select(row => row.UserId).OfType<string>().ToArray();
        if (deleted.IsEmpty && named.Length == 0)
        {
            return rows;
        }

        return
        [
            .. rows
                .Select(row => Without(row, item => deleted.Covers(item, row.ReceivedAt), body => named.Any(userId => Holds(body, userId))))
                .OfType<RejectedListenRow>(),
        ];
    }

    private static IEnumerable<string> UsersOf(RejectedListenRow row) => row.Kind == EventKind.Exposures
        ? Read<Exposure, ExposureBatch>(row.Body)?.Exposures.Select(exposure => exposure.UserId) ?? []
        : Read<Listen, ListenBatch>(row.Body)?.Listens.Select(listen => listen.UserId) ?? [];

    private static RejectedListenRow? Without(RejectedListenRow row, Func<IUserEvent, bool> isGone, Func<byte[], bool> holdsDeleted) => row.Kind == EventKind.Exposures
        ? Without<Exposure, ExposureBatch>(row, isGone, holdsDeleted)
        : Without<Listen, ListenBatch>(row, isGone, holdsDeleted);

    // Of a batch stay the other people's events, as they came; of bytes that are no batch nothing where somebody's id is anywhere in them.
    private static RejectedListenRow? Without<TEvent, TBatch>(RejectedListenRow row, Func<IUserEvent, bool> isGone, Func<byte[], bool> holdsDeleted)
        where TEvent : class, IUserEvent, IMessage<TEvent>, new()
        where TBatch : class, IEventBatch<TEvent>, new()
    {
        if (Read<TEvent, TBatch>(row.Body) is not { } batch)
        {
            return holdsDeleted(row.Body) ? null : row;
        }

        var stay = batch.Events.Where(item => !isGone(item)).ToArray();
        if (stay.Length == batch.Events.Count)
        {
            return row;
        }

        batch.Events.Clear();
        batch.Events.AddRange(stay);
        return stay.Length == 0 ? null : (row with { Body = batch.ToByteArray() }).WithId();
    }

    private static TBatch? Read<TEvent, TBatch>(byte[] body)
        where TEvent : class, IMessage<TEvent>, new()
        where TBatch : class, IEventBatch<TEvent>, new()
    {
        try
        {
            var batch = new TBatch();
            batch.MergeFrom(body);
            return batch;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static bool Holds(byte[] body, string userId) => body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(userId)) >= 0;
}
