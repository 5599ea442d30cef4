namespace RecSys.Lake;

/// <summary>One entry of a catalogue. Texts are empty when unknown.</summary>
/// <param name="TrackId">The producer's id of the track.</param>
/// <param name="Title">What a person calls it.</param>
/// <param name="Artist">The performers' names for display, joined by ", ".</param>
/// <param name="Album">The first album's name, for display.</param>
/// <param name="Genres">Genre names, the most fitting first.</param>
public sealed record LakeTrack(string TrackId, string Title, string Artist, string Album, IReadOnlyList<string> Genres)
{
    /// <summary>Ids of the performers. Where a catalogue has names only, a name stands for its id.</summary>
    public IReadOnlyList<string> ArtistIds { get; init; } = [];

    /// <summary>Names of <see cref="ArtistIds"/>, element by element; empty where the catalogue has none.</summary>
    public IReadOnlyList<string> Artists { get; init; } = [];

    /// <summary>Ids of the albums that the track is on, the first being <see cref="Album"/>.</summary>
    public IReadOnlyList<string> AlbumIds { get; init; } = [];

    /// <summary>Names of <see cref="AlbumIds"/>, element by element.</summary>
    public IReadOnlyList<string> Albums { get; init; } = [];

    /// <summary>Ids of <see cref="Genres"/>, element by element.</summary>
    public IReadOnlyList<string> GenreIds { get; init; } = [];
}
