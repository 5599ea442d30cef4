namespace RecSys.Lake.Exports;

/// <summary>One place in the list of popular tracks.</summary>
/// <param name="TrackId">The track.</param>
/// <param name="Listeners">Distinct users who played it.</param>
/// <param name="Plays">How often it was played.</param>
/// <param name="Rating">Listeners on a scale from 0, the least of any track, to 1, the most.</param>
/// <param name="Rank">The place, from 1.</param>
public sealed record PopularTrack(string TrackId, long Listeners, long Plays, float Rating, int Rank);
