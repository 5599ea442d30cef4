namespace RecSys.Analytics.Imports;

/// <summary>The rules for the tracks of a catalogue, in the order in which they are applied.</summary>
public static class CatalogueRules
{
    /// <summary>The row can't be read.</summary>
    public const string Unparseable = "unparseable-track";

    /// <summary>The track's id is null or empty.</summary>
    public const string EmptyId = "empty-track-id";

    /// <summary>The track's id is longer than 256 characters or has control characters.</summary>
    public const string InvalidId = "invalid-track-id";

    /// <summary>An earlier row has the same id.</summary>
    public const string Duplicate = "duplicate-track";

    /// <summary>The list of artists is null or empty.</summary>
    public const string NoArtist = "no-artist";

    /// <summary>One of the artists is not among the names, or null.</summary>
    public const string UnknownArtist = "unknown-artist";

    /// <summary>The list of albums is null or empty.</summary>
    public const string NoAlbum = "no-album";

    /// <summary>One of the albums is not among the names, or null.</summary>
    public const string UnknownAlbum = "unknown-album";

    /// <summary>The list of genres is null or empty.</summary>
    public const string NoGenre = "no-genre";

    /// <summary>One of the genres is not among the names, or null.</summary>
    public const string UnknownGenre = "unknown-genre";

    /// <summary>Rules of every catalogue.</summary>
    internal static IReadOnlyList<string> OfIds { get; } = [Unparseable, EmptyId, InvalidId, Duplicate];

    /// <summary>Rules of a catalogue whose lists refer to names.</summary>
    internal static IReadOnlyList<string> OfReferences { get; } =
        [EmptyId, InvalidId, Duplicate, NoArtist, UnknownArtist, NoAlbum, UnknownAlbum, NoGenre, UnknownGenre];
}
