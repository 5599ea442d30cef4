using RecSys.Algorithms.Matrices;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Refreshing;

/// <summary>How a log differs from what a version was made of.</summary>
/// <param name="BaseUsers">The version's index of each user of the log; -1 for a new one.</param>
/// <param name="BaseTracks">The version's index of each track of the log; -1 for a new one.</param>
/// <param name="ChangedUsers">Users of the log who are new or have heard something since, ascending.</param>
/// <param name="GoneUsers">Ids of users whom the log no longer knows.</param>
internal sealed record LogChanges(int[] BaseUsers, int[] BaseTracks, int[] ChangedUsers, string[] GoneUsers)
{
    /// <summary>Tracks of the log that are new.</summary>
    public int[] NewTracks { get; } = [.. Enumerable.Range(0, BaseTracks.Length).Where(track => BaseTracks[track] < 0)];

    public static LogChanges Find(TrainingLog log, BaseVersion version)
    {
        var baseUsers = Positions(log.UserIds, version.UserIds);
        var baseTracks = Positions(log.TrackIds, version.TrackIds);
        var changed = new List<int>();
        for (var user = 0; user < baseUsers.Length; user++)
        {
            if (baseUsers[user] < 0 || HasChanged(log, version, user, baseUsers[user], baseTracks))
            {
                changed.Add(user);
            }
        }

        var present = baseUsers.ToHashSet();
        return new LogChanges(
            baseUsers, baseTracks, [.. changed],
            [.. Enumerable.Range(0, version.UserIds.Length).Where(user => !present.Contains(user)).Select(user => version.UserIds[user])]);
    }

    // Ids are in ordinal order on both sides, and so are the cells of a row.
    private static bool HasChanged(TrainingLog log, BaseVersion version, int user, int baseUser, int[] baseTracks)
    {
        var items = log.Plays.RowColumns(user);
        var heard = version.ItemsOf(baseUser);
        if (items.Length != heard.Length || !VersionWriter.PlaysOf(log.Plays, user).AsSpan().SequenceEqual(version.PlaysOf(baseUser)))
        {
            return true;
        }

        for (var i = 0; i < items.Length; i++)
        {
            if (baseTracks[items[i]] != heard[i])
            {
                return true;
            }
        }

        return false;
    }

    private static int[] Positions(string[] ids, string[] among)
    {
        var positions = TrainingLog.PositionsOf(among);
        return Array.ConvertAll(ids, id => positions.GetValueOrDefault(id, -1));
    }
}

/// <summary>What a refresh takes from the active version.</summary>
/// <param name="UserIds">The user of each row.</param>
/// <param name="TrackIds">The track of each column.</param>
/// <param name="Users">Factors of the users.</param>
/// <param name="Tracks">Factors of the tracks.</param>
/// <param name="HeardOffsets">Where each user's cells begin, and the end.</param>
/// <param name="HeardItems">What the users had heard, ascending.</param>
/// <param name="HeardPlays">How often.</param>
internal sealed record BaseVersion(
    string[] UserIds, string[] TrackIds, FactorMatrix Users, FactorMatrix Tracks, long[] HeardOffsets, int[] HeardItems, int[] HeardPlays)
{
    /// <summary>The tracks that a user had heard.</summary>
    public ReadOnlySpan<int> ItemsOf(int user) => HeardItems.AsSpan((int)HeardOffsets[user], LengthOf(user));

    /// <summary>How often each of <see cref="ItemsOf"/> was played.</summary>
    public ReadOnlySpan<int> PlaysOf(int user) => HeardPlays.AsSpan((int)HeardOffsets[user], LengthOf(user));

    private int LengthOf(int user) => (int)(HeardOffsets[user + 1] - HeardOffsets[user]);
}
