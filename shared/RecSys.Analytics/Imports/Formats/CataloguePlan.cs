namespace RecSys.Analytics.Imports.Formats;

/// <summary>How the engine reads a catalogue.</summary>
/// <param name="Sql">
/// A SELECT of track_id and title (VARCHAR), artist_ids, artists, album_ids, albums, genre_ids, genres (VARCHAR[]; ids and
/// names element by element), position (BIGINT, the order of the rows) and broken (VARCHAR, the first of
/// <paramref name="Rules"/> that the row breaks by what is in it alone, or NULL).
/// </param>
/// <param name="Rules">The rules in order, <see cref="CatalogueRules.Duplicate"/> among them.</param>
/// <param name="BelongsToLog">Whether a listen of a track that is not in it is wrong.</param>
internal sealed record CataloguePlan(string Sql, IReadOnlyList<string> Rules, bool BelongsToLog)
{
    /// <summary>The text files behind it.</summary>
    public IReadOnlyList<DelimitedText> Texts { get; init; } = [];
}
