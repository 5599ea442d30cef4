using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// One person's scrobbles as the usual exporters of Last.fm write them, as CSV: with a header (uts, utc_time, artist, artist_mbid, album, album_mbid,
/// track, track_mbid; or Artist;Album;AlbumId;Track;Date#NAME with milliseconds), or without one artist, album, track and a date such as
/// <c>05 Apr 2010, 11:59</c> (UTC). Several files are one log.
/// </summary>
internal sealed class LastFmFormat : IImportFormat
{
    private const int HeadlessColumns = 4;

    private static readonly string[] Users = ["username", "user", "userid"];
    private static readonly string[] Times = ["uts", "date", "timestamp", "utctime"];

    public string Name => "lastfm";

    public bool IsOfOnePerson => true;

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        var files = inputs.Paths.SelectMany(path => inputs.OpenAll(path, ".csv", ".txt")).ToArray();
        var texts = new List<DelimitedText>();
        var selects = new List<string>();
        foreach (var file in files)
        {
            var line = DelimitedText.FirstLine(connection, file, cancellationToken)
                ?? throw new LakeInputException(file.Path, "has no rows", "Fetch or export the file again");
            var delimiter = DelimitedText.SplitQuoted(line, ';') is { Count: >= HeadlessColumns } ? ';' : ',';
            var names = DelimitedText.SplitQuoted(line, delimiter);
            var columns = Columns.Find(names);
            if (columns is null && !IsHeadless(connection, names, cancellationToken))
            {
                throw new LakeInputException(
                    file.Path,
                    $"the columns {SqlRows.Short(string.Join(", ", names))} are those of no export that is known",
                    "Give artist, album, track and date without a header, or name the columns uts, artist, album, track; of many users import lastfm-csv or triples",
                    line: 1);
            }

            var text = new DelimitedText(file, delimiter, [.. names.Select((_, i) => $"c{i}")], HasHeader: columns is not null, IsQuoted: true);
            texts.Add(text);
            selects.Add((columns ?? Columns.Headless).Select(file, options).From(text.Sql()));
        }

        return new ImportPlan(files, string.Join(" UNION ALL ", selects), Timed: true) { ListenTexts = texts, HasSinglePlays = true, HasNames = true };
    }

    // Unlike imports of whole logs, exporters of Last.fm write months by name. Its listens without a time are of 1970.
    private static string Time(string column) =>
        $"""
        nullif(CASE WHEN regexp_matches({column}, '[A-Za-z]{"{3}"} ')
            THEN epoch_us(try_strptime(trim({column}), ['%d %b %Y, %H:%M', '%d %b %Y %H:%M', '%d %b %Y, %H:%M:%S', '%d %b %Y %H:%M:%S']))
            ELSE {ValueSql.RequiredTime(column)} END, 0)
        """;

    // The song that plays just now has no date yet.
    private static bool IsHeadless(EngineConnection connection, IReadOnlyList<string> values, CancellationToken cancellationToken) =>
        values.Count == HeadlessColumns
        && (values[^1].Length == 0 || connection.QueryLong($"SELECT count(*) FROM (SELECT {Time("c")} AS time FROM (SELECT ? AS c)) WHERE time IS NOT NULL", cancellationToken, values[^1]) > 0);

    /// <summary>The column of each value; null for one that is missing.</summary>
    private sealed record Columns(string? User, string? UserName, string? ArtistId, string Artist, string? Album, string? TrackId, string Track, string Time, string TimeName)
    {
        public static Columns Headless { get; } = new(null, null, null, "c0", "c1", null, "c2", "c3", "date");

        public static Columns? Find(IReadOnlyList<string> names)
        {
            // The name of the person stands behind that of the column.
            var person = names.Select(name => name.Split('#', 2)).FirstOrDefault(parts => parts.Length == 2 && ColumnNames.Plain(parts[0]) == "date")?[1].Trim();
            var plain = names.Select(name => ColumnNames.Plain(name.Split('#', 2)[0])).ToList();
            string? Column(params IEnumerable<string> known) => known.Select(name => plain.IndexOf(name)).FirstOrDefault(at => at >= 0, -1) is var at and >= 0 ? $"c{at}" : null;
            return Column(ColumnNames.Artist) is { } artist && Column([.. ColumnNames.TrackName, "track", "song"]) is { } track && Column(Times) is { } time
                ? new Columns(
                    Column(Users), string.IsNullOrEmpty(person) ? null : person, Column(ColumnNames.ArtistId), artist, Column("album", "albumname"), Column("trackmbid", "trackid"), track, time,
                    plain.First(Times.Contains))
                : null;
        }

        public ListenSelect Select(InputFile file, ImportOptions options)
        {
            var user = (options.User ?? UserName) is { } name ? SqlText.Literal(name) : User
                ?? throw new LakeInputException(file.Path, "does not say who listened", "Name the listener with --user NAME");
            return new NamedListens(user, ArtistId, Artist, TrackId, Track) { Album = Album }.At(options.Level) with
            {
                Time = LastFmFormat.Time(Time),
                IsHeader = $"lower(split_part(trim({Time}), '#', 1)) = {SqlText.Literal(TimeName)}",
            };
        }
    }
}
