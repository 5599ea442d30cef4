using RecSys.Data.Deletions;

namespace RecSys.TestKit.Models;

/// <summary>Deletions as the database would have them.</summary>
public static class Deletion
{
    /// <summary>Deletions of these users, now.</summary>
    public static DeletedUsers Of(params string[] userIds) => At(DateTimeOffset.UtcNow, userIds);

    /// <summary>Deletions of these users at a moment.</summary>
    public static DeletedUsers At(DateTimeOffset moment, params string[] userIds) =>
        new(userIds.Select((userId, i) => new DeletedUserRow(DeletedUserRow.HashOf(userId), userId, moment, i + 1)));
}
