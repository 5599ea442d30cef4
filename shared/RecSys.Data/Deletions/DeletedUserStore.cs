using System.Text;
using Microsoft.EntityFrameworkCore;
using RecSys.Algorithms;
using RecSys.Data.Histories;
using RecSys.Data.Schema;

namespace RecSys.Data.Deletions;

/// <summary>Who was deleted, and how far the erasure of what is left of them is.</summary>
public sealed class DeletedUserStore
{
    private readonly RecSysDatabase _database;
    private readonly TimeProvider _clock;

    internal DeletedUserStore(RecSysDatabase database, TimeProvider clock) => (_database, _clock) = (database, clock);

    /// <summary>
    /// Deletes a person in one transaction: every row of theirs is gone but those in the arrays of model versions, and what comes later of
    /// their old listens is not stored. What lies in files and arrays is not read any more, and erased later.
    /// </summary>
    /// <param name="userId">The producer's own id. It need not be known.</param>
    /// <param name="cancellationToken">Cancelled, nothing was deleted.</param>
    /// <exception cref="ArgumentException">The id holds NUL or half of a surrogate pair.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer; delete again.</exception>
    public Task<UserDeletion> DeleteAsync(string userId, CancellationToken cancellationToken)
    {
        StorableValues.Text(userId, nameof(userId));
        return _database.WriteAsync(
            async context =>
            {
                await DeletionLock.TakeAsync(context, cancellationToken);
                var row = await AddAsync(context, userId, cancellationToken);
                var listens = await context.RecentListens.Where(listen => listen.UserId == userId).ExecuteDeleteAsync(cancellationToken);
                await context.Users.Where(user => user.UserId == userId).ExecuteDeleteAsync(cancellationToken);

                // Players submit under the name of their token; who may do more is no listener alone.
                await context.ApiTokens
                    .Where(token => token.Name == userId && (token.Scopes == TokenScopes.Submit || token.RevokedAt != null))
                    .ExecuteDeleteAsync(cancellationToken);
                var rejected = await RemoveRejectedAsync(context, userId, cancellationToken);

                // By version, as the key has it first; those that are being removed among them.
                var versions = await context.ModelVersions.IgnoreQueryFilters().Select(model => model.Version).ToArrayAsync(cancellationToken);
                var lists = await context.UserRecommendations
                    .Where(list => versions.Contains(list.ModelVersion) && list.UserId == userId)
                    .ExecuteDeleteAsync(cancellationToken);
                return new UserDeletion(row, listens, rejected, lists);
            },
            cancellationToken);
    }

    /// <summary>Deletions after the one of a number, and those of which something is left, in their order.</summary>
    /// <param name="number">0 for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<DeletedUserRow>> ReadNewsAsync(long number, CancellationToken cancellationToken) => await _database.ReadAsync(
        context => context.DeletedUsers.Where(row => row.Number > number || row.ErasedAt == null).OrderBy(row => row.Number).ToListAsync(cancellationToken), cancellationToken);

    /// <summary>The number of the newest deletion; 0 when there is none.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<long> ReadNumberAsync(CancellationToken cancellationToken) => _database.ReadAsync(
        async context => await context.DeletedUsers.MaxAsync(row => (long?)row.Number, cancellationToken) ?? 0, cancellationToken);

    /// <summary>Deletions of which something is left.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<DeletedUserRow>> ReadUnerasedAsync(CancellationToken cancellationToken) =>
        await _database.ReadAsync(context => UnerasedAsync(context, cancellationToken), cancellationToken);

    /// <summary>A page of all deletions, newest first.</summary>
    /// <param name="limit">At most so many, at least 1.</param>
    /// <param name="before">Only those with a smaller number; null begins with the newest.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<DeletedUserRow>> GetPageAsync(int limit, long? before, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return await _database.ReadAsync(
            context => context.DeletedUsers
                .Where(row => before == null || row.Number < before)
                .OrderByDescending(row => row.Number)
                .Take(limit)
                .ToListAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>
    /// Says that nothing of some people is left in files and arrays: their ids go from this table, too, and from what a database file keeps of
    /// deleted rows. May be called again.
    /// </summary>
    /// <param name="erased">Deletions as they were read; one that was made again since is left for another time.</param>
    /// <param name="cancellationToken">Stops it; call again.</param>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task FinishAsync(IReadOnlyCollection<DeletedUserRow> erased, CancellationToken cancellationToken)
    {
        var numbers = erased.Select(row => row.Number).ToArray();
        await _database.WriteAsync(
            context => context.DeletedUsers.Where(row => numbers.Contains(row.Number))
                .ExecuteUpdateAsync(update => update.SetProperty(row => row.UserId, (string?)null), cancellationToken),
            cancellationToken);
        await _database.ScrubAsync(cancellationToken);
        var now = _clock.GetUtcNow();
        await _database.WriteAsync(
            context => context.DeletedUsers.Where(row => numbers.Contains(row.Number))
                .ExecuteUpdateAsync(update => update.SetProperty(row => row.ErasedAt, now), cancellationToken),
            cancellationToken);
    }

    /// <summary>The same within a transaction or a reading of others.</summary>
    internal static Task<List<DeletedUserRow>> UnerasedAsync(RecSysDbContext context, CancellationToken cancellationToken) =>
        context.DeletedUsers.Where(row => row.ErasedAt == null).OrderBy(row => row.Number).ToListAsync(cancellationToken);

    private async Task<DeletedUserRow> AddAsync(RecSysDbContext context, string userId, CancellationToken cancellationToken)
    {
        // Listens may be some minutes ahead of the clock, where a producer's clock is.
        var newest = await context.RecentListens
            .Where(listen => listen.UserId == userId)
            .OrderByDescending(listen => listen.ListenedAt)
            .Select(listen => (DateTimeOffset?)listen.ListenedAt)
            .FirstOrDefaultAsync(cancellationToken);
        var now = _clock.GetUtcNow();
        var number = await context.DeletedUsers.MaxAsync(deleted => (long?)deleted.Number, cancellationToken) ?? 0;
        var row = new DeletedUserRow(DeletedUserRow.HashOf(userId), userId, UnixMicroseconds.Truncate(newest > now ? newest.Value : now), number + 1);
        await _database.Bulk.UpsertAsync(context, [row], cancellationToken);
        return row;
    }

    private async Task<int> RemoveRejectedAsync(RecSysDbContext context, string userId, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(userId);
        var found = await (context is PostgresDbContext
            ? context.RejectedListens.FromSql($"SELECT * FROM rejected_listens WHERE position({bytes} in body) > 0 OR producer = {userId}")
            : context.RejectedListens.FromSql($"SELECT * FROM rejected_listens WHERE instr(body, {bytes}) > 0 OR producer = {userId}")).ToListAsync(cancellationToken);
        var changed = found
            .Select(row => (Before: row, After: RejectedBody.Without(row, userId)))
            .Where(change => change.After != change.Before)
            .ToArray();
        var gone = changed.Select(change => change.Before.RejectedId).ToArray();
        var remaining = changed.Select(change => change.After).OfType<RejectedListenRow>().OrderBy(row => row.RejectedId, StringComparer.Ordinal);
        await context.RejectedListens.Where(row => gone.Contains(row.RejectedId)).ExecuteDeleteAsync(cancellationToken);
        await _database.Bulk.InsertNewAsync(context, remaining, cancellationToken);
        return gone.Length;
    }
}

/// <summary>What a deletion removed at once.</summary>
/// <param name="Deleted">The deletion.</param>
/// <param name="RecentListens">Listens of the history.</param>
/// <param name="RejectedListens">Rejected listens that held the person.</param>
/// <param name="Lists">Recommendations, of all model versions.</param>
public sealed record UserDeletion(DeletedUserRow Deleted, int RecentListens, int RejectedListens, int Lists);
