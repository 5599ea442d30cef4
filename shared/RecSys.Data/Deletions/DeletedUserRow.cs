using System.Security.Cryptography;
using System.Text;
using RecSys.Contracts.Events.V1;

namespace RecSys.Data.Deletions;

/// <summary>A person whose data was deleted. What it holds for is said by <see cref="DeletedUsers"/>.</summary>
/// <param name="UserHash">SHA-256 of the id's UTF-8 bytes, 64 hexadecimal digits: so the person is known without being named.</param>
/// <param name="UserId">The producer's own id; null once nothing of the person is left anywhere.</param>
/// <param name="DeletedAt">When; kept to the microsecond, in UTC.</param>
/// <param name="Number">The place among all deletions, from 1. A person who is deleted again has a new one.</param>
/// <param name="ErasedAt">When the last file and row with the person was gone; null until then.</param>
public sealed record DeletedUserRow(string UserHash, string? UserId, DateTimeOffset DeletedAt, long Number, DateTimeOffset? ErasedAt = null)
{
    /// <summary>The hash of a user's id.</summary>
    public static string HashOf(string userId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(userId)));
}

/// <summary>
/// Deletions, and what they hold for: every listen of the person that began, or came, at the time of the deletion or before, and every one
/// without a time, which nobody can tell from one that was deleted. What the person plays later is a new history.
/// </summary>
public sealed class DeletedUsers
{
    /// <summary>Nobody was deleted.</summary>
    public static readonly DeletedUsers None = new([]);

    private readonly Dictionary<string, DeletedUserRow> _byHash;

    /// <param name="rows">The deletions, each person once.</param>
    public DeletedUsers(IEnumerable<DeletedUserRow> rows)
    {
        _byHash = rows.ToDictionary(row => row.UserHash, StringComparer.Ordinal);
        Number = _byHash.Count == 0 ? 0 : _byHash.Values.Max(row => row.Number);
    }

    /// <summary>Whether nobody was deleted.</summary>
    public bool IsEmpty => _byHash.Count == 0;

    /// <summary>The number of the newest deletion; 0 when there is none.</summary>
    public long Number { get; }

    /// <summary>The deletions, in no order.</summary>
    public IReadOnlyCollection<DeletedUserRow> Rows => _byHash.Values;

    /// <summary>The deletion of a user; null when there was none.</summary>
    public DeletedUserRow? Find(string userId) => IsEmpty ? null : _byHash.GetValueOrDefault(DeletedUserRow.HashOf(userId));

    /// <summary>Whether a listen is one that a deletion holds for.</summary>
    /// <param name="userId">Who listened.</param>
    /// <param name="listenedAt">When it began; null when that is not known.</param>
    /// <param name="arrivedAt">When it came in, where that is known: a producer's clock may be ahead.</param>
    public bool Covers(string userId, DateTimeOffset? listenedAt, DateTimeOffset? arrivedAt = null) =>
        Find(userId) is { } deleted && (!(listenedAt > deleted.DeletedAt) || arrivedAt <= deleted.DeletedAt);

    /// <inheritdoc cref="Covers(string, DateTimeOffset?, DateTimeOffset?)"/>
    public bool Covers(IUserEvent userEvent, DateTimeOffset arrivedAt) => !IsEmpty && Covers(userEvent.UserId, TimeOf(userEvent), arrivedAt);

    /// <summary>These, and newer ones in the place of those of the same people; the same object where they are no news.</summary>
    public DeletedUsers With(IReadOnlyList<DeletedUserRow> newer) => newer.All(row => _byHash.GetValueOrDefault(row.UserHash) == row)
        ? this
        : new DeletedUsers(newer.Concat(Rows).DistinctBy(row => row.UserHash, StringComparer.Ordinal));

    // One that breaks the rules may have a time that there is not.
    private static DateTimeOffset? TimeOf(IUserEvent userEvent)
    {
        try
        {
            return userEvent.EventTime?.ToDateTimeOffset();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}

/// <summary>Somebody was deleted meanwhile, who may be in what was to be stored. Nothing was stored: leave the person out and try again.</summary>
public sealed class UserDeletedMeanwhileException() : Exception("A person's data was deleted meanwhile. Leave the person out and try again.");
