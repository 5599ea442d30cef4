using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// A log of Yandex.Music: a folder of <c>tracks.parquet</c> (track_id and the lists albums, artists, genres of ids),
/// <c>catalog_names.parquet</c> (id, type, name) and <c>interactions.parquet</c> (user_id, track_id, track_seq, started_at).
/// </summary>
internal sealed class YandexFormat : IImportFormat
{
    private const string TracksName = "tracks.parquet";
    private const string NamesName = "catalog_names.parquet";
    private const string ListensName = "interactions.parquet";

    private const long MicrosecondsPerDay = 86_400_000_000;

    public string Name => "yandex";

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        var paths = inputs.Paths;
        if (paths.Count != 1 || !Directory.Exists(paths[0]))
        {
            throw new LakeInputException(
                string.Join(", ", paths), paths.Count == 1 ? "is no folder" : "are several paths", $"Name one folder with {TracksName}, {NamesName} and {ListensName}");
        }

        var tracks = Open(connection, paths[0], TracksName, cancellationToken);
        var names = Open(connection, paths[0], NamesName, cancellationToken);
        var listens = Open(connection, paths[0], ListensName, cancellationToken);
        return new ImportPlan([listens.File, tracks.File, names.File], Listens(listens), Timed: true)
        {
            HasSinglePlays = true,
            Catalogue = new CataloguePlan(Catalogue(tracks, names), CatalogueRules.OfReferences, BelongsToLog: true),
        };
    }

    private static ParquetTable Open(EngineConnection connection, string folder, string name, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) || Directory.Exists(path)
            ? ParquetTable.Open(connection, InputFile.Open(path), cancellationToken)
            : throw new LakeInputException(folder, $"has no {name}", $"Name a folder with {TracksName}, {NamesName} and {ListensName}");
    }

    // The published log's times are days, and track_seq is the place of a listen among the user's. As microseconds after
    // midnight it keeps the order within a day, and two plays of a track on a day apart.
    private static string Listens(ParquetTable listens)
    {
        var time = listens.Time(listens.Require("started_at"));
        if (listens.Find("trackseq") is var place and >= 0)
        {
            time = $"CASE WHEN {time} % {MicrosecondsPerDay} = 0 THEN {time} + greatest(coalesce({listens.Number(place)}, 0), 0)::BIGINT ELSE {time} END";
        }

        return new ListenSelect(listens.Id(listens.Require("user_id")), listens.Id(listens.Require("track_id"))) { Time = time }.From(listens.Sql);
    }

    private static string Catalogue(ParquetTable tracks, ParquetTable names)
    {
        var trackId = tracks.IdText(tracks.Require("track_id"));
        string Exploded(string kind, string column) =>
            $"SELECT position, '{kind}' AS kind, generate_subscripts({column}, 1) AS place, unnest({column}) AS id FROM tracks";
        string Lists(string kind) =>
            $"SELECT position, list(id ORDER BY place) AS ids, list(name ORDER BY place) AS names, count(*) - count(name) AS unknown FROM named WHERE kind = '{kind}' GROUP BY position";
        return $"""
            WITH tracks AS (
                SELECT {trackId} AS track_id, {tracks.IdList(tracks.Require("artists"))} AS artists, {tracks.IdList(tracks.Require("albums"))} AS albums,
                    {tracks.IdList(tracks.Require("genres"))} AS genres, file_row_number AS position
                FROM read_parquet({SqlText.Literal(tracks.File.Path)}, hive_partitioning = false, file_row_number = true)
            ),
            names AS (
                SELECT {names.IdText(names.Require("id"))} AS id, {names.Text(names.Require("type"))} AS kind, min({ValueSql.Name(names.Text(names.Require("name")))}) AS name
                FROM {names.Sql}
                WHERE {names.Text(names.Require("name"))} IS NOT NULL
                GROUP BY ALL
            ),
            named AS (
                SELECT position, kind, place, listed.id, names.name
                FROM ({Exploded("artist", "artists")} UNION ALL {Exploded("album", "albums")} UNION ALL {Exploded("genre", "genres")}) AS listed
                LEFT JOIN names USING (kind, id)
            )
            SELECT track_id, coalesce(title.name, '') AS title, coalesce(a.ids, []) AS artist_ids, coalesce(a.names, []) AS artists,
                coalesce(b.ids, []) AS album_ids, coalesce(b.names, []) AS albums, coalesce(g.ids, []) AS genre_ids, coalesce(g.names, []) AS genres,
                position,
                CASE
                    WHEN trim(coalesce(track_id, '')) = '' THEN '{CatalogueRules.EmptyId}'
                    WHEN {ValueSql.IsInvalidId("track_id")} THEN '{CatalogueRules.InvalidId}'
                    WHEN a.ids IS NULL THEN '{CatalogueRules.NoArtist}'
                    WHEN a.unknown > 0 THEN '{CatalogueRules.UnknownArtist}'
                    WHEN b.ids IS NULL THEN '{CatalogueRules.NoAlbum}'
                    WHEN b.unknown > 0 THEN '{CatalogueRules.UnknownAlbum}'
                    WHEN g.ids IS NULL THEN '{CatalogueRules.NoGenre}'
                    WHEN g.unknown > 0 THEN '{CatalogueRules.UnknownGenre}'
                END AS broken
            FROM tracks
            LEFT JOIN ({Lists("artist")}) AS a USING (position)
            LEFT JOIN ({Lists("album")}) AS b USING (position)
            LEFT JOIN ({Lists("genre")}) AS g USING (position)
            LEFT JOIN names AS title ON title.id = track_id AND title.kind = 'track'
            """;
    }
}
