using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Deletions;
using RecSys.Data.Schema;
using RecSys.Algorithms;

namespace RecSys.Data.Histories;

/// <summary>What came as a listen or an exposure and could not be taken.</summary>
public sealed class RejectedListenStore
{
    private readonly RecSysDatabase _database;

    internal RejectedListenStore(RecSysDatabase database) => _database = database;

    /// <summary>
    /// Keeps rejected listens. The same bytes of the same producer, refused for the same reason, are kept once, with the
    /// time of the first: a message that is delivered over and over does not fill the table. Nothing is kept of what a deletion holds for.
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

        var rows = (await RejectedBody.WithoutDeletedAsync(context, listens, cancellationToken)).Select(listen => listen.WithId()).OrderBy(row => row.RejectedId, StringComparer.Ordinal).ToArray();
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

    /// <summary>A page of rejected listens, newest first.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="limit">At most so many, at least 1.</param>
    /// <param name="before">Goes on after this place, towards older ones; null begins with the newest.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ArgumentException">A text holds NUL or half of a surrogate pair.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<RejectedListenRow>> GetPageAsync(
        RejectedListenFilter filter, int limit, RejectedPosition? before, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var (receivedAt, rejectedId) = before ?? default;
        return await _database.ReadAsync(
            context =>
            {
                var rows = filter.Of(context.RejectedListens);
                if (before is not null)
                {
                    rows = rows.Where(row => row.ReceivedAt < receivedAt
                        || (row.ReceivedAt == receivedAt && string.Compare(row.RejectedId, rejectedId) < 0));
                }

                return rows.OrderByDescending(row => row.ReceivedAt).ThenByDescending(row => row.RejectedId).Take(limit).ToListAsync(cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>The rejected listens of these ids; unknown ones are left out.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<RejectedListenRow>> GetAsync(IReadOnlyCollection<string> rejectedIds, CancellationToken cancellationToken)
    {
        var wanted = rejectedIds.Select(id => StorableValues.Text(id, nameof(rejectedIds))).Distinct(StringComparer.Ordinal).ToArray();
        return await _database.ReadAsync(
            context => context.RejectedListens.Where(row => wanted.Contains(row.RejectedId)).ToListAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Puts others in the place of one, which is gone then; none when its listens have been taken.</summary>
    /// <param name="rejectedId">The one that goes.</param>
    /// <param name="remaining">What stays of it. The same once more is left as it is.</param>
    /// <param name="cancellationToken">Stops the statements.</param>
    /// <returns>Those that stay, with their ids.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<RejectedListenRow>> ReplaceAsync(
        string rejectedId, IReadOnlyList<RejectedListenRow> remaining, CancellationToken cancellationToken)
    {
        return await _database.WriteAsync(
            async context =>
            {
                var rows = (await RejectedBody.WithoutDeletedAsync(context, remaining, cancellationToken)).Select(row => row.WithId()).ToArray();
                var ordered = rows.OrderBy(row => row.RejectedId, StringComparer.Ordinal).ToArray();
                await _database.Bulk.InsertNewAsync(context, ordered, cancellationToken);
                if (rows.All(row => row.RejectedId != rejectedId))
                {
                    await context.RejectedListens.Where(row => row.RejectedId == rejectedId).ExecuteDeleteAsync(cancellationToken);
                }

                return rows;
            },
            cancellationToken);
    }

    /// <summary>Removes what is older than a time, and of the others the oldest above a number.</summary>
    /// <returns>How many were removed.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<int> TrimAsync(int maxRows, DateTimeOffset oldest, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        return _database.WriteAsync(
            async context =>
            {
                var removed = await context.RejectedListens.Where(row => row.ReceivedAt < oldest).ExecuteDeleteAsync(cancellationToken);
                var firstTooMany = await context.RejectedListens
                    .OrderByDescending(row => row.ReceivedAt).ThenByDescending(row => row.RejectedId)
                    .Skip(maxRows)
                    .Select(row => new { row.ReceivedAt, row.RejectedId })
                    .FirstOrDefaultAsync(cancellationToken);
                return firstTooMany is null
                    ? removed
                    : removed + await context.RejectedListens
                        .Where(row => row.ReceivedAt < firstTooMany.ReceivedAt
                            || (row.ReceivedAt == firstTooMany.ReceivedAt && string.Compare(row.RejectedId, firstTooMany.RejectedId) <= 0))
                        .ExecuteDeleteAsync(cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>How many are kept.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<long> CountAsync(CancellationToken cancellationToken) =>
        _database.ReadAsync(context => context.RejectedListens.LongCountAsync(cancellationToken), cancellationToken);
}

/// <summary>Something that came as a listen or an exposure and could not be taken, kept with its bytes so that it can be looked at and sent again.</summary>
/// <param name="Reason">What is wrong with it and what would be right.</param>
/// <param name="Body">The bytes as they came.</param>
/// <param name="ReceivedAt">When it came; kept to the microsecond, in UTC.</param>
/// <param name="Producer">Who sent it, in the sender's own words; empty when unknown.</param>
public sealed record RejectedListenRow(string Reason, byte[] Body, DateTimeOffset ReceivedAt, string Producer)
{
    /// <summary>
    /// Made from the contents when it is stored, 32 hexadecimal digits: a message that comes again and again is kept once.
    /// </summary>
    public string RejectedId { get; internal init; } = "";

    /// <summary>As what it came; listens unless it says otherwise.</summary>
    public EventKind Kind { get; init; } = EventKind.Listens;

    internal RejectedListenRow WithId()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Producer));
        hash.AppendData([0]);
        hash.AppendData(Encoding.UTF8.GetBytes(Reason));
        hash.AppendData([0]);
        hash.AppendData([(byte)Kind]);
        hash.AppendData(Body);
        return this with { RejectedId = Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16)) };
    }
}

/// <summary>Which rejected listens; what is not set matches all.</summary>
/// <param name="Reason">A part of the reason, as it is written.</param>
/// <param name="Producer">The producer's whole name.</param>
/// <param name="From">Received then or later.</param>
/// <param name="Before">Received before.</param>
/// <param name="Kind">As what they came.</param>
public sealed record RejectedListenFilter(
    string? Reason = null, string? Producer = null, DateTimeOffset? From = null, DateTimeOffset? Before = null, EventKind? Kind = null)
{
    internal IQueryable<RejectedListenRow> Of(IQueryable<RejectedListenRow> rows)
    {
        if (Reason is { } reason)
        {
            StorableValues.Text(reason, nameof(Reason));
            rows = rows.Where(row => row.Reason.Contains(reason));
        }

        if (Producer is { } producer)
        {
            StorableValues.Text(producer, nameof(Producer));
            rows = rows.Where(row => row.Producer == producer);
        }

        if (Kind is { } kind)
        {
            rows = rows.Where(row => row.Kind == kind);
        }

        if (From is { } from)
        {
            rows = rows.Where(row => row.ReceivedAt >= from);
        }

        return Before is { } before ? rows.Where(row => row.ReceivedAt < before) : rows;
    }
}

/// <summary>A place among the rejected listens, from which the next page goes on towards older ones.</summary>
/// <param name="ReceivedAt">When the last one that was seen came.</param>
/// <param name="RejectedId">Its id: several may have come at once.</param>
public readonly record struct RejectedPosition(DateTimeOffset ReceivedAt, string RejectedId)
{
    /// <summary>Text for a page token; <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => UnixMicroseconds.From(ReceivedAt).ToString(CultureInfo.InvariantCulture) + ":" + RejectedId;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <returns>False when <paramref name="text"/> is nothing that it writes.</returns>
    public static bool TryParse(string text, out RejectedPosition position)
    {
        position = default;
        if (text.Split(':') is not [var time, var rejectedId]
            || !long.TryParse(time, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var microseconds)
            || !UnixMicroseconds.TryToTime(microseconds, out var receivedAt)
            || rejectedId.Length == 0 || !rejectedId.All(char.IsAsciiHexDigitLower))
        {
            return false;
        }

        position = new RejectedPosition(receivedAt, rejectedId);
        return true;
    }
}
