using Microsoft.EntityFrameworkCore;
using RecSys.Data.Schema;

namespace RecSys.Data.Deletions;

/// <summary>
/// Keeps deletions apart from whoever stores something of people: a deletion waits for transactions that store, and those that come later
/// see it. So nothing that was looked up before a deletion is stored after it. On SQLite there is one writer at a time anyway.
/// </summary>
internal static class DeletionLock
{
    /// <summary>Until the end of the transaction nobody is deleted. Look for deletions after this, in a statement of its own.</summary>
    public static Task HoldOffAsync(RecSysDbContext context, CancellationToken cancellationToken) => context is PostgresDbContext
        ? context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock_shared({PostgresLock.DeletionsKey})", cancellationToken)
        : Task.CompletedTask;

    /// <summary>Until the end of the transaction nobody stores anything of people.</summary>
    public static Task TakeAsync(RecSysDbContext context, CancellationToken cancellationToken) => context is PostgresDbContext
        ? context.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({PostgresLock.DeletionsKey})", cancellationToken)
        : Task.CompletedTask;

    /// <summary>Deletions of some people, with all others held off until the end of the transaction.</summary>
    /// <param name="context">With an open transaction.</param>
    /// <param name="userIds">Whom to look for.</param>
    /// <param name="cancellationToken">Stops the statements.</param>
    public static async Task<DeletedUsers> FindAsync(RecSysDbContext context, IEnumerable<string> userIds, CancellationToken cancellationToken)
    {
        await HoldOffAsync(context, cancellationToken);
        if (!await context.DeletedUsers.AnyAsync(cancellationToken))
        {
            return DeletedUsers.None;
        }

        var hashes = userIds.Distinct(StringComparer.Ordinal).Select(DeletedUserRow.HashOf).ToArray();
        return new DeletedUsers(await context.DeletedUsers.Where(row => hashes.Contains(row.UserHash)).ToListAsync(cancellationToken));
    }

    /// <summary>Fails when somebody was deleted after a deletion that was heeded; deletions are held off until the end of the transaction.</summary>
    /// <exception cref="UserDeletedMeanwhileException">Somebody was.</exception>
    public static async Task RequireNoneAfterAsync(RecSysDbContext context, long heeded, CancellationToken cancellationToken)
    {
        await HoldOffAsync(context, cancellationToken);
        if (await context.DeletedUsers.AnyAsync(row => row.Number > heeded, cancellationToken))
        {
            throw new UserDeletedMeanwhileException();
        }
    }
}
