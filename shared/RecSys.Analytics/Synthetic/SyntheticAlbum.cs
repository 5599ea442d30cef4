namespace RecSys.Analytics.Synthetic;

/// <summary>An album: consecutive tracks of the catalogue, in the album's order.</summary>
/// <param name="Artist">Index of its artist.</param>
/// <param name="FirstTrack">Index of its first track.</param>
/// <param name="TrackCount">Number of its tracks.</param>
/// <param name="ReleaseDay">Day of the log on which it comes out; 0 when it was there before.</param>
internal sealed record SyntheticAlbum(int Artist, int FirstTrack, int TrackCount, int ReleaseDay);
