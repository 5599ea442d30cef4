namespace RecSys.Analytics.Listens;

/// <summary>
/// The cells of a user × item matrix: for each pair that occurs, its plays, added up over distinct listens. Cells are
/// parallel arrays, ordered by user and then item. Indices are positions in the id arrays, which are in ordinal order:
/// the same content gives the same indices.
/// </summary>
public sealed class LakeInteractions
{
    internal LakeInteractions(
        string[] userIds,
        string[] trackIds,
        int[] userIndex,
        int[] itemIndex,
        float[] plays,
        long[] lastListenedAt,
        long listenCount,
        int[]? listenCounts = null,
        long[]? listenTimes = null)
    {
        UserIds = userIds;
        TrackIds = trackIds;
        UserIndex = userIndex;
        ItemIndex = itemIndex;
        Plays = plays;
        LastListenedAt = lastListenedAt;
        ListenCount = listenCount;
        ListenCounts = listenCounts;
        ListenTimes = listenTimes;
    }

    /// <summary>User ids in ordinal order; a userIndex is a position in it.</summary>
    public string[] UserIds { get; }

    /// <summary>Track ids in ordinal order; an itemIndex is a position in it.</summary>
    public string[] TrackIds { get; }

    /// <summary>The user of each cell.</summary>
    public int[] UserIndex { get; }

    /// <summary>The item of each cell.</summary>
    public int[] ItemIndex { get; }

    /// <summary>Plays of each cell, above 0; whole numbers except for imported weights that are not.</summary>
    public float[] Plays { get; }

    /// <summary>The last listen of each cell, in microseconds since 1970-01-01 UTC; 0 when its time is unknown.</summary>
    public long[] LastListenedAt { get; }

    /// <summary>Number of cells.</summary>
    public int CellCount => Plays.Length;

    /// <summary>Distinct listens behind the cells.</summary>
    public long ListenCount { get; }

    /// <summary>Distinct listens of each cell; null unless the query keeps their times.</summary>
    public int[]? ListenCounts { get; }

    /// <summary>
    /// The times of all listens, cell by cell and ascending in each, in microseconds since 1970-01-01 UTC, 0 when unknown; null
    /// unless the query keeps them.
    /// </summary>
    public long[]? ListenTimes { get; }

    /// <summary>The index of a user; negative when the user has no listens here.</summary>
    public int FindUser(string userId) => Array.BinarySearch(UserIds, userId, StringComparer.Ordinal);

    /// <summary>The index of a track; negative when nobody listened to it here.</summary>
    public int FindTrack(string trackId) => Array.BinarySearch(TrackIds, trackId, StringComparer.Ordinal);
}
