using Microsoft.EntityFrameworkCore;
using RecSys.Data.Schema;

namespace RecSys.Data.History;

/// <summary>What came as a listen and could not be taken.</summary>
public sealed class RejectedListenStore
{
    private readonly RecSysDatabase _database;

    internal RejectedListenStore(RecSysDatabase database) => _database = database;

    /// <summary>
    /// Keeps rejected listens. The same bytes of the same producer, refused for the same reason, are kept once, with the
    /// time of the first: a message that is delivered over and over does not fill the table.
    /// </summary>
    /// <returns>How many were new.</returns>
    /// <exception cref="ArgumentException">A reason or producer holds NUL or half of a surrogate pair.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<int> AddAsync(IReadOnlyList<RejectedListen> listens, CancellationToken cancellationToken)
    {
        if (listens.Count == 0)
        {
            return 0;
        }

        var rows = listens.Select(RejectedListenRow.From).OrderBy(row => row.RejectedId, StringComparer.Ordinal).ToArray();
        return (int)await _database.WriteAsync(
            context => _database.Bulk.InsertNewAsync(context, rows, cancellationToken), cancellationToken);
    }

    /// <summary>The newest rejected listens, newest first.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<RejectedListen>> GetNewestAsync(int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var rows = await _database.ReadAsync(
            context => context.RejectedListens
                .OrderByDescending(row => row.ReceivedAt).ThenByDescending(row => row.RejectedId)
                .Take(limit)
                .ToListAsync(cancellationToken),
            cancellationToken);
        return [.. rows.Select(row => row.ToRecord())];
    }

    /// <summary>How many are kept.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<long> CountAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync(context => context.RejectedListens.LongCountAsync(cancellationToken), cancellationToken);
}
