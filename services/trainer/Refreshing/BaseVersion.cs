using RecSys.Algorithms.Als;

namespace RecSys.Trainer.Refreshing;

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
