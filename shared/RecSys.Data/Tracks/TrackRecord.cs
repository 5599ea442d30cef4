namespace RecSys.Data.Tracks;

/// <summary>One entry of the catalogue.</summary>
/// <param name="TrackId">The producer's own id.</param>
/// <param name="Title">What a person calls it; empty when unknown.</param>
/// <param name="Artist">The performer's name; empty when unknown.</param>
/// <param name="Album">The album's name; empty when unknown.</param>
/// <param name="Genres">Genre names; empty when unknown.</param>
/// <param name="Duration">How long it lasts, kept to the millisecond; null when unknown.</param>
public sealed record TrackRecord(string TrackId, string Title, string Artist, string Album, string[] Genres, TimeSpan? Duration = null);
