namespace RecSys.Lake.Imports.Formats;

/// <summary>How the engine reads an input.</summary>
/// <param name="Files">All files, for checks of their completeness and for messages.</param>
/// <param name="ListensSql">
/// A SELECT of user_id and track_id (VARCHAR), weight (DOUBLE; NULL when it can't be read) and listened_at (BIGINT,
/// microseconds; 0 when the log does not say, NULL when it can't be read).
/// </param>
/// <param name="ListenTexts">The text files behind it, whose rejected rows are counted; none for Parquet.</param>
/// <param name="TracksSql">
/// A SELECT of track_id and title (VARCHAR), and artist_ids, artists, album_ids, albums, genre_ids, genres (VARCHAR[]; ids
/// and names element by element, without NULLs), one row per track; null when there is no catalogue.
/// </param>
/// <param name="TrackTexts">The text files behind the catalogue.</param>
/// <param name="Timed">Whether the log has times.</param>
internal sealed record ImportPlan(
    IReadOnlyList<InputFile> Files,
    string ListensSql,
    IReadOnlyList<DelimitedText> ListenTexts,
    string? TracksSql,
    IReadOnlyList<DelimitedText> TrackTexts,
    bool Timed);
