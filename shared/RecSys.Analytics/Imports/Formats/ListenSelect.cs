using RecSys.Analytics.Engine;
using RecSys.Contracts;

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

    /// <summary>VARCHAR; the album's name, where rows have it.</summary>
    public string Album { get; init; } = "NULL::VARCHAR";

    /// <summary>BOOLEAN; whether the row is of something else than a track.</summary>
    public string IsNotTrack { get; init; } = "false";

    /// <summary>BOOLEAN; whether the row is the header again.</summary>
    public string IsHeader { get; init; } = "false";

    /// <summary>BOOLEAN; whether the row as a whole can't be read.</summary>
    public string IsUnparseable { get; init; } = "false";

    /// <summary>BOOLEAN; whether the track's id was made from names.</summary>
    public string IsNamedByText { get; init; } = "false";

    /// <summary>The SELECT.</summary>
    public string From(string source) =>
        $"SELECT {User} AS user_id, {Track} AS track_id, {Weight} AS weight, {Time} AS listened_at, {PlayedShare} AS played_share, "
        + $"{Title} AS title, {ArtistId} AS artist_id, {Artist} AS artist, {Album} AS album, {IsHeader} AS is_header, {IsUnparseable} AS is_unparseable, "
        + $"{IsNotTrack} AS is_not_track, {IsNamedByText} AS is_named_by_text FROM {source}";
}

/// <summary>SQL expressions that read values from text.</summary>
internal static class ValueSql
{
    /// <summary>A number; NULL when it is none.</summary>
    public static string Number(string column) => $"TRY_CAST({column} AS DOUBLE)";

    /// <summary>
    /// Microseconds since 1970 from ISO 8601 as <see cref="TimeText"/> has it (UTC when it has no offset) or from a number, whose size
    /// tells its unit: seconds below 10^11 (year 5138), milliseconds below 10^14, microseconds below 10^17, else nanoseconds. Eight
    /// digits that are a date are that date, and a year, or a year and a month, are no time. Empty is 0 (unknown), NULL what can't be read.
    /// </summary>
    public static string Time(string column) =>
        $$"""
        CASE
            WHEN {{column}} IS NULL OR trim({{column}}) = '' THEN 0
            WHEN {{column}} LIKE '____-__-__T__:__:__Z' AND {{column}}[12:13] < '24' THEN epoch_us(TRY_CAST(left({{column}}, 19) AS TIMESTAMP))
            WHEN {{column}} LIKE '____-__-__ __:__:__' AND {{column}}[12:13] < '24' THEN epoch_us(TRY_CAST({{column}} AS TIMESTAMP))
            WHEN regexp_full_match(trim({{column}}), '-?[0-9]+([.][0-9]*)?([eE][+-]?[0-9]+)?') AND NOT regexp_full_match(trim({{column}}), '{{YearOrDay}}') THEN
                CASE
                    WHEN abs({{column}}::DOUBLE) < 1e11 THEN TRY_CAST(round({{column}}::DOUBLE * 1e6) AS BIGINT)
                    WHEN abs({{column}}::DOUBLE) < 1e14 THEN TRY_CAST(round({{column}}::DOUBLE * 1e3) AS BIGINT)
                    WHEN abs({{column}}::DOUBLE) < 1e17 THEN TRY_CAST(round({{column}}::DOUBLE) AS BIGINT)
                    ELSE TRY_CAST(round({{column}}::DOUBLE / 1e3) AS BIGINT)
                END
            ELSE list_transform(
                [regexp_extract(trim({{column}}), {{SqlText.Literal(TimeText.Pattern)}}, ['year', 'month', 'day', 'hour', 'minute', 'second', 'fraction', 'sign', 'hours', 'minutes'])],
                lambda part: CASE WHEN part.year <> '' THEN
                    epoch_us(TRY_CAST(concat(part.year, '-', part.month, '-', part.day, ' ', right('00' || part.hour, 2), ':', right('00' || part.minute, 2), ':',
                        right('00' || part.second, 2), '.', left(part.fraction || '000000', 6)) AS TIMESTAMP))
                    - CASE part.sign WHEN '-' THEN -60000000 ELSE 60000000 END * (60 * right('00' || part.hours, 2)::BIGINT + right('00' || part.minutes, 2)::BIGINT)
                END)[1]
        END
        """;

    // 2010, 201004 and 20100405.
    private const string YearOrDay = "(19|20)[0-9]{2}((0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])?)?";

    /// <summary>The same for a log in which every listen has a time: NULL also for what is missing.</summary>
    public static string RequiredTime(string column) => $"CASE WHEN trim({column}) <> '' THEN {Time(column)} END";

    /// <summary>Whether something is not an id as <see cref="IdText.ProblemOfId"/> judges: it could not be asked for.</summary>
    public static string IsInvalidId(string column) => $"(length({column}) > {IdText.MaxLength} OR regexp_matches({column}, {SqlText.Literal(IdText.RefusedPattern)}))";

    /// <summary>A name on one line: control characters become spaces; empty for NULL.</summary>
    public static string Name(string column) => $"trim(regexp_replace(coalesce({column}, ''), '\\p{{Cc}}+', ' ', 'g'))";
}

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
    /// <summary>SQL of the album's name; null when there is no such column.</summary>
    public string? Album { get; init; }

    public ListenSelect At(ImportLevel level)
    {
        // Names are put on one line only in the catalogue: of millions of rows it would take most of the time.
        // But a break inside a name may not make another track of it.
        var artist = Artist is null ? "''" : $"trim(translate(coalesce({Artist}, ''), chr(10) || chr(11) || chr(13), '   '))";
        var track = Track is null ? "''" : $"trim(translate(coalesce({Track}, ''), chr(10) || chr(11) || chr(13), '   '))";
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
            Album = ofLevel || Album is null ? "''" : $"trim(coalesce({Album}, ''))",
        };
    }
}
