namespace RecSys.Data.Schema;

/// <summary>A person who has listened. The row is also what writers of this user's listens lock, one at a time.</summary>
internal sealed record UserRow(string UserId, int RecentListenCount);
