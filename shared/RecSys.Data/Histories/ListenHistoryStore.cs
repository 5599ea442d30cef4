using Microsoft.EntityFrameworkCore;
using RecSys.Algorithms;
using RecSys.Data.Deletions;
using RecSys.Data.Schema;

namespace RecSys.Data.Histories;

/// <summary>Each user's newest listens, at most <see cref="DatabaseOptions.RecentListensPerUser"/>.</summary>
public sealed class ListenHistoryStore
{
    private readonly RecSysDatabase _database;
    private readonly IRecentListenWriter _writer;

    internal ListenHistoryStore(RecSysDatabase database)
    {
        _database = database;
        _writer = database.Options.IsPostgres ? new PostgresRecentListenWriter() : new SqliteRecentListenWriter();
    }

    /// <summary>
    /// Adds listens, all or none, and returns when they are committed. Those that are there already (same user, time and
    /// track) are left as they are, so the same call may be made again. A late listen takes its place by its own time. Those that a
    /// deletion holds for are left out.
    /// </summary>
    /// <returns>How many were new, those included that were too old to be kept.</returns>
    /// <exception cref="ArgumentException">An id holds NUL or half of a surrogate pair, or a share is not finite.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer; nothing was stored.</exception>
    public Task<int> AddAsync(IReadOnlyList<RecentListenRow> listens, CancellationToken cancellationToken) => listens.Count == 0
        ? Task.FromResult(0)
        : _database.WriteAsync(
            async context =>
            {
                var deleted = await DeletionLock.FindAsync(context, listens.Select(listen => listen.UserId), cancellationToken);
                var stay = deleted.IsEmpty ? listens : [.. listens.Where(listen => !deleted.Covers(listen.UserId, listen.ListenedAt))];
                return await AddAsync(context, stay, cancellationToken);
            },
            cancellationToken);

    /// <summary>Takes listens away, all or none, such as those of a log that was replaced. Those that are not there are passed by.</summary>
    /// <returns>How many were there.</returns>
    /// <exception cref="ArgumentException">An id holds NUL or half of a surrogate pair.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer; nothing was taken away.</exception>
    public Task<int> RemoveAsync(IReadOnlyList<RecentListenRow> listens, CancellationToken cancellationToken)
    {
        var gone = listens.Select(Check).Select(listen => (listen.UserId, listen.TrackId, listen.ListenedAt)).ToHashSet();
        var users = gone.Select(listen => listen.UserId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        return _database.WriteAsync(
            async context =>
            {
                if (_database.Options.IsPostgres)
                {
                    // As writers do, so that nothing comes in between.
                    await context.Database.ExecuteSqlAsync($"SELECT 1 FROM users WHERE user_id = ANY ({users}) ORDER BY user_id FOR UPDATE", cancellationToken);
                }

                var kept = await context.RecentListens.Where(listen => users.Contains(listen.UserId)).ToListAsync(cancellationToken);
                var stay = kept.Where(listen => !gone.Contains((listen.UserId, listen.TrackId, listen.ListenedAt))).ToArray();

                // Their listens go with them.
                await context.Users.Where(user => users.Contains(user.UserId)).ExecuteDeleteAsync(cancellationToken);
                await AddAsync(context, stay, cancellationToken);
                return kept.Count - stay.Length;
            },
            cancellationToken);
    }

    /// <summary>The same within a transaction that has looked for deletions.</summary>
    internal Task<int> AddAsync(RecSysDbContext context, IReadOnlyList<RecentListenRow> listens, CancellationToken cancellationToken)
    {
        if (listens.Count == 0)
        {
            return Task.FromResult(0);
        }

        var distinct = new Dictionary<(string, string, DateTimeOffset), RecentListenRow>(listens.Count);
        foreach (var listen in listens)
        {
            var checkedListen = Check(listen);
            distinct.TryAdd((checkedListen.UserId, checkedListen.TrackId, checkedListen.ListenedAt), checkedListen);
        }

        var ordered = distinct.Values.OrderBy(listen => listen.UserId, StringComparer.Ordinal).ToArray();
        return _writer.AddAsync(context, ordered, _database.Options.RecentListensPerUser, cancellationToken);
    }

    /// <summary>A user's listens, newest first. An unknown user has none.</summary>
    /// <param name="userId">Whose listens.</param>
    /// <param name="limit">At most so many, at least 1.</param>
    /// <param name="before">Goes on after this place, towards older listens; null begins with the newest.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException">An id holds NUL or half of a surrogate pair.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<RecentListenRow>> GetAsync(
        string userId, int limit, ListenPosition? before, CancellationToken cancellationToken)
    {
        StorableValues.Text(userId, nameof(userId));
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var listenedAt = before?.ListenedAt ?? default;
        var trackId = StorableValues.Text(before?.TrackId ?? "", nameof(before));
        return await _database.ReadAsync(
            context =>
            {
                var listens = context.RecentListens.Where(listen => listen.UserId == userId);
                if (before is not null)
                {
                    listens = listens.Where(listen => listen.ListenedAt < listenedAt
                        || (listen.ListenedAt == listenedAt && string.Compare(listen.TrackId, trackId) < 0));
                }

                return listens
                    .OrderByDescending(listen => listen.ListenedAt).ThenByDescending(listen => listen.TrackId)
                    .Take(limit)
                    .ToListAsync(cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>All kept listens, user by user, the oldest of each first.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer, or stopped answering on the way.</exception>
    public IAsyncEnumerable<RecentListenRow> ReadAllAsync(CancellationToken cancellationToken) =>
        _database.StreamAsync(
            context => context.RecentListens
                .OrderBy(listen => listen.UserId).ThenBy(listen => listen.ListenedAt).ThenBy(listen => listen.TrackId),
            cancellationToken);

    /// <summary>How many listens are kept.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<long> CountAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync(context => context.RecentListens.LongCountAsync(cancellationToken), cancellationToken);

    private static RecentListenRow Check(RecentListenRow listen)
    {
        StorableValues.Text(listen.UserId, nameof(listen.UserId));
        StorableValues.Text(listen.TrackId, nameof(listen.TrackId));
        ArgumentOutOfRangeException.ThrowIfLessThan(listen.PlayCount, 1, nameof(listen.PlayCount));
        if (listen.PlayedShare is { } share && !float.IsFinite(share))
        {
            throw new ArgumentException("PlayedShare is not finite. Leave it out when it is unknown.", nameof(listen));
        }

        return listen with { ListenedAt = UnixMicroseconds.Truncate(listen.ListenedAt) };
    }
}
