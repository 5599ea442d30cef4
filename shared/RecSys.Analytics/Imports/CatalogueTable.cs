using System.Globalization;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports.Formats;

namespace RecSys.Analytics.Imports;

/// <summary>The catalogue of an import: cleaned where it came beside the log, else made of the names in its rows.</summary>
internal static class CatalogueTable
{
    private const string NoNames = "SELECT '' AS id, '' AS shown LIMIT 0";

    /// <summary>
    /// Reads a catalogue into the table <c>catalogue</c>, judges its rows, and makes the table example_names.
    /// </summary>
    /// <returns>What was found; null when there is no catalogue.</returns>
    public static CatalogueReport? Read(
        EngineConnection connection, CataloguePlan? plan, CancellationToken cancellationToken)
    {
        if (plan is null)
        {
            connection.Execute($"CREATE OR REPLACE TEMP TABLE example_names AS {NoNames}", cancellationToken);
            connection.Execute("CREATE OR REPLACE TEMP TABLE listen_names (track_id VARCHAR, title VARCHAR, artist_id VARCHAR, artist VARCHAR, album VARCHAR, listens BIGINT)", cancellationToken);
            return null;
        }

        // Of rows with the same id the first good one stays. Rules of ids come before it, those of lists after.
        connection.Execute(
            $"""
            CREATE OR REPLACE TEMP TABLE catalogue AS
            SELECT * EXCLUDE broken, CASE
                WHEN broken IN ('{CatalogueRules.Unparseable}', '{CatalogueRules.EmptyId}', '{CatalogueRules.InvalidId}') THEN broken
                WHEN row_number() OVER (PARTITION BY track_id ORDER BY broken IS NOT NULL, position, title, artists) > 1 THEN '{CatalogueRules.Duplicate}'
                ELSE broken
            END AS broken_rule
            FROM ({plan.Sql})
            """,
            cancellationToken);
        foreach (var text in plan.Texts)
        {
            // Rows that do not fit leave tracks without a name; only damage to the whole file is an error.
            text.CountRejected(connection, cancellationToken);
        }

        connection.Execute(
            """
            CREATE OR REPLACE TEMP TABLE example_names AS
            SELECT track_id AS id, any_value('"' || title || '"' || coalesce(' by ' || nullif(array_to_string(artists, ', '), ''), '')) AS shown
            FROM catalogue WHERE title <> '' GROUP BY track_id
            """,
            cancellationToken);

        var tally = new CleaningTally(plan.Rules);
        var rows = 0L;
        foreach (var counted in SqlRows.Texts(connection, "SELECT broken_rule, count(*) FROM catalogue GROUP BY broken_rule", cancellationToken))
        {
            var count = long.Parse(counted[1]!, CultureInfo.InvariantCulture);
            rows += count;
            if (counted[0] is { } rule)
            {
                tally.Add(rule, count);
                var examples = SqlRows.Texts(
                    connection,
                    $"""
                    SELECT 'track ' || coalesce(track_id, '(null)') || coalesce(' "' || nullif(title, '') || '"', '')
                    FROM catalogue WHERE broken_rule = '{rule}' ORDER BY position, track_id LIMIT {ImportRules.ExampleCount}
                    """,
                    cancellationToken);
                tally.AddExamples(rule, examples.Select(example => SqlRows.Short(example[0])));
            }
        }

        return new CatalogueReport(rows, rows - tally.Dropped, tally.ToRules(rows));
    }

    /// <summary>Makes the table known_tracks. Its ids are of the type of the listens': comparing text with numbers would convert every listen.</summary>
    public static void MakeKnownTracks(EngineConnection connection, string listensSql, CancellationToken cancellationToken)
    {
        var type = SqlRows.Texts(connection, $"SELECT column_type FROM (DESCRIBE SELECT track_id FROM ({listensSql}))", cancellationToken)[0][0];
        connection.Execute(
            $"""
            CREATE OR REPLACE TEMP TABLE known_tracks AS
            SELECT TRY_CAST(track_id AS {type}) AS track_id FROM catalogue WHERE broken_rule IS NULL AND TRY_CAST(track_id AS {type})::VARCHAR = track_id
            """,
            cancellationToken);
    }

    /// <summary>Writes the tracks that are kept.</summary>
    /// <returns>Their number.</returns>
    public static long Write(EngineConnection connection, ImportPlan plan, string file, string codec, CancellationToken cancellationToken)
    {
        // Where rows carry names, the most frequent ones of an id are its names, on a tie the last in the alphabet.
        var source = plan.Catalogue is not null
            ? "SELECT * FROM catalogue WHERE broken_rule IS NULL"
            : $$"""
              SELECT track_id, {{ValueSql.Name("most.title")}} AS title, {{ValueSql.Name("most.artist")}} AS name, {{ValueSql.Name("most.album")}} AS album,
                  CASE WHEN name <> '' THEN [coalesce(nullif(most.artist_id, ''), name)] ELSE []::VARCHAR[] END AS artist_ids,
                  CASE WHEN name <> '' THEN [name] ELSE []::VARCHAR[] END AS artists,
                  CASE WHEN album <> '' THEN [album] ELSE []::VARCHAR[] END AS album_ids, CASE WHEN album <> '' THEN [album] ELSE []::VARCHAR[] END AS albums,
                   []::VARCHAR[] AS genre_ids, []::VARCHAR[] AS genres
              FROM (
                  SELECT track_id, max({'listens': listens, 'title': title, 'artist': artist, 'artist_id': artist_id, 'album': album}) AS most
                  FROM (SELECT track_id, title, artist_id, artist, album, sum(listens) AS listens FROM listen_names GROUP BY ALL)
                  GROUP BY track_id
              )
              """;
        return connection.Execute(
            $"""
            COPY (
                SELECT track_id, title, array_to_string(artists, ', ') AS artist, coalesce(albums[1], '') AS album,
                    artist_ids, artists, album_ids, albums, genre_ids, genres
                FROM ({source})
            ) TO {SqlText.Literal(file)} (FORMAT parquet, COMPRESSION {codec})
            """,
            cancellationToken);
    }
}

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
