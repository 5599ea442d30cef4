namespace RecSys.Lake.Exports;

/// <summary>One ranked list of tracks.</summary>
/// <param name="OwnerId">The user, or the track, whose list it is.</param>
/// <param name="TrackIds">The tracks, best first.</param>
/// <param name="Scores">The score of each.</param>
/// <param name="Sources">The sources of each, several separated by commas; null when they are not kept.</param>
public sealed record TrackList(string OwnerId, IReadOnlyList<string> TrackIds, IReadOnlyList<float> Scores, IReadOnlyList<string>? Sources = null);
