using RecSys.Algorithms;

namespace RecSys.Trainer.Stages;

/// <summary>
/// A sample of users that depends on their ids and a seed alone: two trainings measure mostly the same ones, so that their versions
/// can be compared user by user.
/// </summary>
internal static class UserSample
{
    /// <param name="users">User indices, ascending.</param>
    /// <param name="userIds">The id of each user index.</param>
    /// <param name="count">Most users to draw.</param>
    /// <param name="seed">Other seeds draw others.</param>
    /// <returns>The drawn ones, ascending.</returns>
    public static int[] Draw(int[] users, IReadOnlyList<string> userIds, int count, int seed) => users.Length <= count
        ? users
        : [.. users.OrderBy(user => SplitMix.Mix(unchecked((ulong)SplitKey.Of(userIds[user]) + ((ulong)(uint)seed << 32)))).Take(count).Order()];
}
