namespace RecSys.Data.Models;

/// <summary>The tracks that most likely follow one track within a session, most likely first. The two arrays run in parallel.</summary>
/// <param name="TrackId">The track that is playing.</param>
/// <param name="NextTrackIds">What follows it; it may be the track itself, where people repeat it.</param>
/// <param name="Probabilities">Of each, 0 to 1; those of all tracks of the catalogue add up to 1.</param>
public sealed record NextTracksRecord(string TrackId, string[] NextTrackIds, float[] Probabilities);
