using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using RecSys.Data.Schema;

namespace RecSys.Data.Histories;

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
    public Task<int> AddAsync(IReadOnlyList<RejectedListenRow> listens, CancellationToken cancellationToken) => listens.Count == 0
        ? Task.FromResult(0)
        : _database.WriteAsync(context => AddAsync(context, listens, cancellationToken), cancellationToken);

    /// <summary>The same within a transaction.</summary>
    internal async Task<int> AddAsync(RecSysDbContext context, IReadOnlyList<RejectedListenRow> listens, CancellationToken cancellationToken)
    {
        if (listens.Count == 0)
        {
            return 0;
        }

        var rows = listens.Select(listen => listen.WithId()).OrderBy(row => row.RejectedId, StringComparer.Ordinal).ToArray();
        return (int)await _database.Bulk.InsertNewAsync(context, rows, cancellationToken);
    }

    /// <summary>The newest rejected listens, newest first.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<RejectedListenRow>> GetNewestAsync(int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return await _database.ReadAsync(
            context => context.RejectedListens
                .OrderByDescending(row => row.ReceivedAt).ThenByDescending(row => row.RejectedId)
                .Take(limit)
                .ToListAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>How many are kept.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<long> CountAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync(context => context.RejectedListens.LongCountAsync(cancellationToken), cancellationToken);
}

/// <summary>Something that came as a listen and could not be taken, kept with its bytes so that it can be looked at and sent again.</summary>
/// <param name="Reason">What is wrong with it and what would be right.</param>
/// <param name="Body">The bytes as they came.</param>
/// <param name="ReceivedAt">When it came; kept to the microsecond, in UTC.</param>
/// <param name="Producer">Who sent it, in the sender's own words; empty when unknown.</param>
public sealed record RejectedListenRow(string Reason, byte[] Body, DateTimeOffset ReceivedAt, string Producer)
{
    /// <summary>Made from the contents: a message that comes again and again is kept once.</summary>
    internal string RejectedId { get; init; } = "";

    internal RejectedListenRow WithId()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Producer));
        hash.AppendData([0]);
        hash.AppendData(Encoding.UTF8.GetBytes(Reason));
        hash.AppendData([0]);
        hash.AppendData(Body);
        return this with { RejectedId = Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16)) };
    }
}
