namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// Listens whose rows name artist and track. Where an id is missing, one is made of the names, so that it is the same in
/// every file and on every machine: "name-" and the MD5 of the artist's name, or of artist, tab and track, in hexadecimal.
/// </summary>
/// <param name="User">SQL of the user's id.</param>
/// <param name="ArtistId">SQL of the artist's id; null when there is no such column.</param>
/// <param name="Artist">SQL of the artist's name; null when there is no such column.</param>
/// <param name="TrackId">SQL of the track's id; null when there is no such column.</param>
/// <param name="Track">SQL of the track's name; null when there is no such column.</param>
internal sealed record NamedListens(string User, string? ArtistId, string? Artist, string? TrackId, string? Track)
{
    public ListenSelect At(ImportLevel level)
    {
        // Names are put on one line only in the catalogue: of millions of rows it would take most of the time.
        var artist = Artist is null ? "''" : $"trim(coalesce({Artist}, ''))";
        var track = Track is null ? "''" : $"trim(coalesce({Track}, ''))";
        var ofLevel = level == ImportLevel.Artist;
        var id = (ofLevel ? ArtistId : TrackId) is { } column ? $"trim(coalesce({column}, ''))" : "''";
        var name = ofLevel ? artist : track;
        var named = ofLevel ? artist : $"{artist} || chr(9) || {track}";
        return new ListenSelect(User, $"CASE WHEN {id} <> '' THEN {id} WHEN {name} <> '' THEN 'name-' || md5({named}) END")
        {
            IsNamedByText = $"{id} = '' AND {name} <> ''",
            Title = name,
            ArtistId = ofLevel || ArtistId is null ? "''" : $"trim(coalesce({ArtistId}, ''))",
            Artist = ofLevel ? "''" : artist,
        };
    }
}
