using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;

namespace RecSys.Data;

/// <summary>Who may call the system.</summary>
public sealed class ApiTokenStore
{
    private readonly RecSysDatabase _database;
    private readonly TimeProvider _time;

    internal ApiTokenStore(RecSysDatabase database, TimeProvider time) => (_database, _time) = (database, time);

    /// <summary>Makes a token. Its text exists in the result only: the database keeps a hash.</summary>
    /// <param name="name">What people call it; one token that isn't revoked has it.</param>
    /// <param name="scopes">What its holder may do.</param>
    /// <param name="lifetime">After which it is no longer taken; null for never.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Null when a token that isn't revoked has the name already.</returns>
    /// <exception cref="ArgumentException">The name holds NUL or half of a surrogate pair.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<(ApiToken Token, ApiTokenRow Row)?> CreateAsync(
        string name, TokenScopes scopes, TimeSpan? lifetime, CancellationToken cancellationToken)
    {
        var token = ApiToken.Create();
        var now = _time.GetUtcNow();
        var row = new ApiTokenRow(token.TokenId, StorableValues.Text(name, nameof(name)), scopes, token.Hash(), now, now + lifetime);
        var created = await _database.WriteAsync(
            async context =>
            {
                // A repeated attempt may meet the row of the one before.
                var holder = await context.ApiTokens.Where(other => other.Name == name && other.RevokedAt == null).Select(other => other.TokenId)
                    .SingleOrDefaultAsync(cancellationToken);
                if (holder is null)
                {
                    context.ApiTokens.Add(row);
                    await context.SaveChangesAsync(cancellationToken);
                }

                return holder is null || holder == row.TokenId;
            },
            cancellationToken);
        return created ? (token, row) : null;
    }

    /// <summary>All tokens, also revoked and expired ones, the oldest first.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<ApiTokenRow>> ReadAllAsync(CancellationToken cancellationToken) => await _database.ReadAsync(
        context => context.ApiTokens.OrderBy(token => token.CreatedAt).ThenBy(token => token.TokenId).ToListAsync(cancellationToken), cancellationToken);

    /// <summary>Ends a token for good.</summary>
    /// <param name="nameOrId">The id of any token, or the name of one that isn't revoked.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The token, which may have been revoked before; null when there is none.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<ApiTokenRow?> RevokeAsync(string nameOrId, CancellationToken cancellationToken)
    {
        StorableValues.Text(nameOrId, nameof(nameOrId));
        var now = _time.GetUtcNow();
        return _database.WriteAsync(
            async context =>
            {
                var token = await context.ApiTokens.SingleOrDefaultAsync(other => other.TokenId == nameOrId, cancellationToken)
                    ?? await context.ApiTokens.SingleOrDefaultAsync(other => other.Name == nameOrId && other.RevokedAt == null, cancellationToken);
                if (token is null or { RevokedAt: not null })
                {
                    return token;
                }

                await context.ApiTokens.Where(other => other.TokenId == token.TokenId)
                    .ExecuteUpdateAsync(row => row.SetProperty(other => other.RevokedAt, now), cancellationToken);
                return token with { RevokedAt = now };
            },
            cancellationToken);
    }

    /// <summary>Notes when tokens were used last; an older time than the one that is noted changes nothing.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task NoteUseAsync(IReadOnlyDictionary<string, DateTimeOffset> usedAtById, CancellationToken cancellationToken) => _database.WriteAsync(
        async context =>
        {
            foreach (var (tokenId, usedAt) in usedAtById.OrderBy(use => use.Key, StringComparer.Ordinal))
            {
                await context.ApiTokens.Where(token => token.TokenId == tokenId && (token.LastUsedAt == null || token.LastUsedAt < usedAt))
                    .ExecuteUpdateAsync(row => row.SetProperty(token => token.LastUsedAt, usedAt), cancellationToken);
            }

            return true;
        },
        cancellationToken);
}

/// <summary>A token as the database knows it.</summary>
/// <param name="TokenId">Its public part.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Scopes">What its holder may do.</param>
/// <param name="SecretHash">SHA-256 of its text.</param>
/// <param name="CreatedAt">When it was made; this and the other times are kept to the microsecond, in UTC.</param>
/// <param name="ExpiresAt">From when it is no longer taken; null for never.</param>
public sealed record ApiTokenRow(
    string TokenId, string Name, TokenScopes Scopes, byte[] SecretHash, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    /// <summary>When it was used last, to the minute or so; null for never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>When it was revoked; null for never.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Whether it is taken at a moment.</summary>
    public bool IsValidAt(DateTimeOffset moment) => RevokedAt is null && !(ExpiresAt <= moment);

    /// <summary>Whether this is the token's text. Takes the same time whatever differs.</summary>
    public bool IsProvenBy(ApiToken token) => CryptographicOperations.FixedTimeEquals(SecretHash, token.Hash());
}
