namespace RecSys.Lake;

/// <summary>One entry of a catalogue. Texts are empty when unknown.</summary>
/// <param name="TrackId">The producer's id of the track.</param>
/// <param name="Title">What a person calls it.</param>
/// <param name="Artist">The performer's name.</param>
/// <param name="Album">The album's name.</param>
/// <param name="Genres">Genre names, the most fitting first.</param>
public sealed record LakeTrack(string TrackId, string Title, string Artist, string Album, IReadOnlyList<string> Genres);
