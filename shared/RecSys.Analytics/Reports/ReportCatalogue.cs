using RecSys.Analytics.Engine;
using RecSys.Lake;

namespace RecSys.Analytics.Reports;

/// <summary>
/// The names of tracks, artists and genres as tables: <c>report_catalogue</c> (a row a track), <c>report_artists</c> and
/// <c>report_genres</c> (a row for each artist and genre of a track).
/// </summary>
internal sealed class ReportCatalogue(EngineConnection connection)
{
    // Between the genres of one track; no name has control characters.
    private const char GenreSeparator = '\u001f';
    private const int ExampleCount = 5;

    private bool _hasNames;

    /// <summary>Takes names that lie outside the lake.</summary>
    public async Task AddNamesAsync(IAsyncEnumerable<LakeTrack> names, CancellationToken cancellationToken)
    {
        connection.Execute(
            "CREATE OR REPLACE TEMP TABLE report_names (track_id VARCHAR, title VARCHAR, artist VARCHAR, genres VARCHAR)", cancellationToken);
        using var appender = connection.Append("report_names");
        await foreach (var track in names.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            appender.Add(track.TrackId).Add(track.Title).Add(track.Artist).Add(string.Join(GenreSeparator, track.Genres)).EndRow();
        }

        appender.Complete();
        _hasNames = true;
    }

    /// <summary>Makes the tables.</summary>
    /// <param name="files">Catalogues of imports; where several know a track, the first with a title counts.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public void Create(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        List<string> parts = [.. files.Select(FilePart)];
        if (_hasNames)
        {
            parts.Add(
                $"SELECT {parts.Count} AS part, track_id, title, artist, CASE WHEN artist = '' THEN []::VARCHAR[] ELSE [artist] END AS artists, "
                + "CASE WHEN artist = '' THEN []::VARCHAR[] ELSE [artist] END AS artist_ids, "
                + $"CASE WHEN genres = '' THEN []::VARCHAR[] ELSE string_split(genres, chr({(int)GenreSeparator})) END AS genres FROM report_names");
        }

        if (parts.Count == 0)
        {
            parts.Add("SELECT 0 AS part, '' AS track_id, '' AS title, '' AS artist, [''] AS artists, [''] AS artist_ids, [''] AS genres LIMIT 0");
        }

        connection.Execute(
            parts.Count == 1
                ? $"CREATE OR REPLACE TEMP TABLE report_catalogue AS {parts[0]}"
                : $"""
                  CREATE OR REPLACE TEMP TABLE report_catalogue AS
                  SELECT * FROM ({string.Join(" UNION ALL ", parts)})
                  QUALIFY row_number() OVER (PARTITION BY track_id ORDER BY title = '', part) = 1
                  """,
            cancellationToken);
        connection.Execute(
            """
            CREATE OR REPLACE TEMP TABLE report_artists AS
            SELECT DISTINCT track_id, artist_id, artist FROM (
                SELECT track_id, unnest(artist_ids) AS artist_id, unnest(artists) AS artist FROM report_catalogue
            ) WHERE coalesce(artist_id, '') <> ''
            """,
            cancellationToken);
        connection.Execute(
            """
            CREATE OR REPLACE TEMP TABLE report_genres AS
            SELECT DISTINCT track_id, genre FROM (SELECT track_id, unnest(genres) AS genre FROM report_catalogue)
            WHERE coalesce(genre, '') <> ''
            """,
            cancellationToken);
    }

    /// <summary>What was heard most.</summary>
    public RankedNames ReadTop(int count, CancellationToken cancellationToken) => new(
        Ranked(
            $"""
            SELECT track_id, coalesce(nullif(title, ''), track_id), coalesce(artist, ''), listens
            FROM (SELECT track_id, listens FROM report_tracks ORDER BY listens DESC, track_id LIMIT {count})
            LEFT JOIN report_catalogue USING (track_id)
            ORDER BY listens DESC, track_id
            """,
            cancellationToken),
        Ranked(
            $"""
            SELECT artist_id, coalesce(nullif(any_value(artist), ''), artist_id), '', sum(listens)::BIGINT AS listens
            FROM report_artists JOIN report_tracks USING (track_id)
            GROUP BY artist_id ORDER BY listens DESC, artist_id LIMIT {count}
            """,
            cancellationToken),
        Ranked(
            $"""
            SELECT genre, genre, '', sum(listens)::BIGINT AS listens
            FROM report_genres JOIN report_tracks USING (track_id)
            GROUP BY genre ORDER BY listens DESC, genre LIMIT {count}
            """,
            cancellationToken));

    /// <summary>The catalogue; null when it is empty.</summary>
    public CatalogueFigures? Read(int count, CancellationToken cancellationToken)
    {
        var (tracks, never, unnamed) = connection.ReadRow(
            """
            SELECT (SELECT count(*) FROM report_catalogue),
                (SELECT count(*) FROM report_catalogue ANTI JOIN report_tracks USING (track_id)),
                (SELECT count(*) FROM report_tracks ANTI JOIN report_catalogue USING (track_id))
            """,
            row => (row.Long(0), row.Long(1), row.Long(2)),
            cancellationToken);
        if (tracks == 0)
        {
            return null;
        }

        connection.Execute(
            """
            CREATE OR REPLACE TEMP TABLE report_artist_sizes AS
            SELECT artist_id, coalesce(nullif(any_value(artist), ''), artist_id) AS name, count(*) AS tracks FROM report_artists GROUP BY artist_id
            """,
            cancellationToken);
        return new CatalogueFigures(
            tracks,
            never,
            Ranked(
                $"""
                SELECT track_id, coalesce(nullif(title, ''), track_id) AS name, artist, 0::BIGINT
                FROM report_catalogue ANTI JOIN report_tracks USING (track_id)
                ORDER BY name, track_id LIMIT {ExampleCount}
                """,
                cancellationToken),
            unnamed,
            Ranked(
                $"SELECT genre, genre, '', count(*) AS tracks FROM report_genres GROUP BY genre ORDER BY tracks DESC, genre LIMIT {count}",
                cancellationToken),
            Ranked(
                $"SELECT artist_id, name, '', tracks FROM report_artist_sizes ORDER BY tracks DESC, artist_id LIMIT {count}",
                cancellationToken),
            DistributionReader.Read(connection, "tracks", "report_artist_sizes", cancellationToken));
    }

    private static string FilePart(string file, int at) =>
        $"SELECT {at} AS part, track_id, title, artist, artists, artist_ids, genres FROM {SqlText.Parquet(file)} WHERE track_id IS NOT NULL";

    private List<RankedName> Ranked(string sql, CancellationToken cancellationToken) =>
        connection.ReadRows(sql, row => new RankedName(row.Text(0), row.Text(1), row.Text(2), row.Long(3)), cancellationToken);
}
