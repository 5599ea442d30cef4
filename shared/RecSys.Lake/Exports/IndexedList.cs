namespace RecSys.Lake.Exports;

/// <summary>One ranked list as indices.</summary>
/// <param name="OwnerIndex">The index of the user, or of the track, whose list it is.</param>
/// <param name="TrackIndices">The tracks, best first.</param>
/// <param name="Scores">The score of each.</param>
public readonly record struct IndexedList(int OwnerIndex, ReadOnlyMemory<int> TrackIndices, ReadOnlyMemory<float> Scores);
