using System.Text;
using Google.Protobuf;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Histories;
using RecSys.Data.Schema;

namespace RecSys.Data.Deletions;

/// <summary>Whose listens the bytes of rejected listens hold.</summary>
internal static class RejectedBody
{
    /// <summary>What may stay of a rejected listen when a person is deleted.</summary>
    /// <returns>The same row where all of it may stay; null where nothing may.</returns>
    public static RejectedListenRow? Without(RejectedListenRow row, string userId) => row.Producer == userId
        ? null
        : Without(row, listen => listen.UserId == userId, body => Holds(body, userId));

    /// <summary>What may stay of rejected listens beside the deletions; these are held off until the end of the transaction.</summary>
    public static async Task<IReadOnlyList<RejectedListenRow>> WithoutDeletedAsync(
        RecSysDbContext context, IReadOnlyList<RejectedListenRow> rows, CancellationToken cancellationToken)
    {
        var deleted = await DeletionLock.FindAsync(context, rows.SelectMany(row => Read(row.Body)?.Listens ?? []).Select(listen => listen.UserId), cancellationToken);
        var named = (await DeletedUserStore.UnerasedAsync(context, cancellationToken)).Select(row => row.UserId).OfType<string>().ToArray();
        if (deleted.IsEmpty && named.Length == 0)
        {
            return rows;
        }

        return
        [
            .. rows
                .Select(row => Without(row, listen => deleted.Covers(listen, row.ReceivedAt), body => named.Any(userId => Holds(body, userId))))
                .OfType<RejectedListenRow>(),
        ];
    }

    // Of a batch stay the other people's listens, as they came; of bytes that are no batch nothing where somebody's id is anywhere in them.
    private static RejectedListenRow? Without(RejectedListenRow row, Func<Listen, bool> isGone, Func<byte[], bool> holdsDeleted)
    {
        if (Read(row.Body) is not { } batch)
        {
            return holdsDeleted(row.Body) ? null : row;
        }

        var stay = batch.Listens.Where(listen => !isGone(listen)).ToArray();
        if (stay.Length == batch.Listens.Count)
        {
            return row;
        }

        batch.Listens.Clear();
        batch.Listens.AddRange(stay);
        return stay.Length == 0 ? null : (row with { Body = batch.ToByteArray() }).WithId();
    }

    private static ListenBatch? Read(byte[] body)
    {
        try
        {
            return ListenBatch.Parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static bool Holds(byte[] body, string userId) => body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(userId)) >= 0;
}
