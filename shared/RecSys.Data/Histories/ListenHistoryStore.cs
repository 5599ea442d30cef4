using Microsoft.EntityFrameworkCore;
using RecSys.Algorithms;
using RecSys.Data.Deletions;
using RecSys.Data.Schema;

namespace RecSys.Data.Histories;

/// <summary>Each user's newest listens: <see cref="DatabaseOptions.RecentListensPerUser"/> of them, and for a while some older ones.</summary>
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
    /// Adds listens, all or none, and returns when they are committed. Of those that are there already (same user, time and
    /// track) each field keeps its larger value (<see cref="SameListen"/>), so the same call may be made again. A late listen takes its
    /// place by its own time. Those that a deletion holds for are left out.
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
        var distinct = Distinct(listens);
        return distinct.Length == 0
            ? Task.FromResult(0)
            : _database.WriteAsync(context => _writer.RemoveAsync(context, distinct, cancellationToken), cancellationToken);
    }

    /// <summary>The same within a transaction that has looked for deletions.</summary>
    internal async Task<int> AddAsync(RecSysDbContext context, IReadOnlyList<RecentListenRow> listens, CancellationToken cancellationToken)
    {
        if (listens.Count == 0)
        {
            return 0;
        }

        var distinct = Distinct(listens);
        var added = await _writer.AddAsync(context, distinct, cancellationToken);
        await _writer.TrimAsync(context, ChooseCrowded(distinct), _database.Options.RecentListensPerUser, cancellationToken);
        return added;
    }

    /// <summary>Which of these plays are near to a kept listen of the same user and track (<see cref="RecentListenRow.IsNear"/>).</summary>
    /// <param name="plays">The plays with their producers' codes, and how close is close.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Their places in the list.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlySet<int>> FindNearAsync(IReadOnlyList<(RecentListenRow Listen, TimeSpan Within)> plays, CancellationToken cancellationToken) =>
        plays.Count == 0
            ? new HashSet<int>()
            : (await _database.ReadAsync(context => _writer.FindNearAsync(context, plays, cancellationToken), cancellationToken)).ToHashSet();

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

    /// <summary>Each listen once, in the order in which every writer adds them: in another one two could wait for each other.</summary>
    private static RecentListenRow[] Distinct(IReadOnlyList<RecentListenRow> listens)
    {
        var ordered = new RecentListenRow[listens.Count];
        for (var i = 0; i < ordered.Length; i++)
        {
            ordered[i] = Check(listens[i]);
        }

        Array.Sort(ordered, RecentListenRow.Compare);
        var last = ordered.Length == 0 ? -1 : 0;
        for (var i = 1; i < ordered.Length; i++)
        {
            if (RecentListenRow.Compare(ordered[last], ordered[i]) == 0)
            {
                ordered[last] = ordered[last].With(ordered[i]);
            }
            else
            {
                ordered[++last] = ordered[i];
            }
        }

        return ordered[..(last + 1)];
    }

    /// <summary>
    /// The users whose oldest listens are dropped now. To look at a user costs as much as many listens, so each is looked at by chance,
    /// on average once in an eighth of the listens that are kept: nothing has to be counted, and hardly anybody has a quarter too many.
    /// </summary>
    private string[] ChooseCrowded(RecentListenRow[] ordered)
    {
        var chance = Math.Min(1, 8.0 / _database.Options.RecentListensPerUser);
        var chosen = new List<string>();
        foreach (var listen in ordered)
        {
            if ((chosen.Count == 0 || chosen[^1] != listen.UserId) && Random.Shared.NextDouble() < chance)
            {
                chosen.Add(listen.UserId);
            }
        }

        return [.. chosen];
    }

    private static RecentListenRow Check(RecentListenRow listen)
    {
        StorableValues.Text(listen.UserId, nameof(listen.UserId));
        StorableValues.Text(listen.TrackId, nameof(listen.TrackId));
        ArgumentOutOfRangeException.ThrowIfLessThan(listen.PlayCount, 1, nameof(listen.PlayCount));
        if (listen.PlayedShare is { } share && !float.IsFinite(share))
        {
            throw new ArgumentException("PlayedShare is not finite. Leave it out when it is unknown.", nameof(listen));
        }

        var time = UnixMicroseconds.Truncate(listen.ListenedAt);
        return time.EqualsExact(listen.ListenedAt) ? listen : listen with { ListenedAt = time };
    }
}
