namespace RecSys.Analytics.Imports.Formats;

/// <summary>The expressions that make a listen of a row of the input; all formats give these columns to cleaning.</summary>
/// <param name="User">The user's id, VARCHAR or BIGINT.</param>
/// <param name="Track">The track's id, VARCHAR or BIGINT.</param>
internal sealed record ListenSelect(string User, string Track)
{
    /// <summary>DOUBLE; NULL when it can't be read.</summary>
    public string Weight { get; init; } = "1::DOUBLE";

    /// <summary>BIGINT, microseconds; 0 when the log does not say, NULL when it can't be read.</summary>
    public string Time { get; init; } = "0::BIGINT";

    /// <summary>FLOAT; NULL when unknown.</summary>
    public string PlayedShare { get; init; } = "NULL::FLOAT";

    /// <summary>VARCHAR; the track's name, where rows have it.</summary>
    public string Title { get; init; } = "NULL::VARCHAR";

    /// <summary>VARCHAR; the artist's id, where rows have it.</summary>
    public string ArtistId { get; init; } = "NULL::VARCHAR";

    /// <summary>VARCHAR; the artist's name, where rows have it.</summary>
    public string Artist { get; init; } = "NULL::VARCHAR";

    /// <summary>BOOLEAN; whether the row is the header again.</summary>
    public string IsHeader { get; init; } = "false";

    /// <summary>BOOLEAN; whether the row as a whole can't be read.</summary>
    public string IsUnparseable { get; init; } = "false";

    /// <summary>BOOLEAN; whether the track's id was made from names.</summary>
    public string IsNamedByText { get; init; } = "false";

    /// <summary>The SELECT.</summary>
    public string From(string source) =>
        $"SELECT {User} AS user_id, {Track} AS track_id, {Weight} AS weight, {Time} AS listened_at, {PlayedShare} AS played_share, "
        + $"{Title} AS title, {ArtistId} AS artist_id, {Artist} AS artist, {IsHeader} AS is_header, {IsUnparseable} AS is_unparseable, "
        + $"{IsNamedByText} AS is_named_by_text FROM {source}";
}
