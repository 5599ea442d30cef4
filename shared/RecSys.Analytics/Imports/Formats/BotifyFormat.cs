using RecSys.Analytics.Engine;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// The log of the music service Botify: JSON lines with message (next, last), timestamp (ms), user, track, time (share of the
/// track that was played), latency (s), recommendation and experiments; every event is a listen. Several files, such as of
/// several instances, are one log. A file of lines with track, title and artist is its catalogue.
/// </summary>
internal sealed class BotifyFormat : IImportFormat
{
    public string Name => "botify";

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        var logs = new List<InputFile>();
        var catalogues = new List<InputFile>();
        foreach (var path in inputs.Paths)
        {
            foreach (var file in inputs.OpenAll(path, ".json", ".jsonl", ".ndjson"))
            {
                var keys = Keys(connection, file, cancellationToken);
                if (keys.Contains("message"))
                {
                    logs.Add(file);
                }
                else if (keys.Contains("track") && keys.Contains("title"))
                {
                    catalogues.Add(file);
                }
                else if (!Directory.Exists(path))
                {
                    // Other files of a folder, such as recommendations, are none of ours.
                    throw new LakeInputException(
                        file.Path, "is no log and no catalogue of Botify", "Give JSON lines with message, timestamp, user, track and time, or with track, title and artist", line: 1);
                }
            }
        }

        if (logs.Count == 0)
        {
            throw new LakeInputException(string.Join(", ", inputs.Paths), "has no log of Botify", "Name files of JSON lines with message, timestamp, user, track and time");
        }

        var texts = logs.ConvertAll(DelimitedText.Lines);
        return new ImportPlan([.. logs, .. catalogues], string.Join(" UNION ALL ", texts.Select(Listens)), Timed: true)
        {
            ListenTexts = texts,
            HasSinglePlays = true,
            Catalogue = catalogues.Count > 0 ? Catalogue(catalogues) : null,
            SideTables = [(LakeFolders.ImportServiceFile, string.Join(" UNION ALL ", texts.Select(Events)))],
        };
    }

    private static List<string?> Keys(EngineConnection connection, InputFile file, CancellationToken cancellationToken)
    {
        var line = DelimitedText.FirstLine(connection, file, cancellationToken);
        return line is null
            ? throw new LakeInputException(file.Path, "has no rows", "Fetch or export the file again")
            : SqlRows.Texts(connection, "SELECT unnest(CASE WHEN json_valid(?1) THEN json_keys(?1) END)", cancellationToken, line).ConvertAll(row => row[0]);
    }

    private static string Lines(DelimitedText text) => $"{text.Sql()} WHERE trim(coalesce(line, '')) <> ''";

    private static string Listens(DelimitedText text)
    {
        var source =
            $"""
            (SELECT v[1] AS message, v[2] AS time, v[3] AS user_id, v[4] AS track_id, v[5] AS share
            FROM (SELECT CASE WHEN json_valid(line) THEN json_extract_string(line, ['$.message', '$.timestamp', '$.user', '$.track', '$.time']) END AS v
                FROM {Lines(text)}))
            """;
        return new ListenSelect("user_id", "track_id")
        {
            Time = ValueSql.RequiredTime("time"),
            PlayedShare = "TRY_CAST(share AS FLOAT)",
            IsUnparseable = "coalesce(message NOT IN ('next', 'last'), true) OR (share IS NOT NULL AND TRY_CAST(share AS FLOAT) IS NULL)",
        }.From(source);
    }

    // What the service did, for reports about it: one row per event that can be read.
    private static string Events(DelimitedText text) =>
        $"""
        SELECT v[3] AS user_id, v[4] AS track_id, make_timestamptz({ValueSql.RequiredTime("v[2]")}) AS listened_at, v[1] AS message,
            TRY_CAST(v[5] AS FLOAT) AS played_share, TRY_CAST(v[6] AS DOUBLE) AS latency_seconds, v[7] AS recommendation,
            coalesce(list_transform(map_entries(TRY_CAST(experiments AS MAP(VARCHAR, VARCHAR))),
                lambda entry: struct_pack(experiment := entry.key, arm := entry.value)), []) AS experiments
        FROM (
            SELECT CASE WHEN is_json THEN json_extract_string(line, ['$.message', '$.timestamp', '$.user', '$.track', '$.time', '$.latency', '$.recommendation']) END AS v,
                CASE WHEN is_json THEN json_extract(line, '$.experiments') END AS experiments
            FROM (SELECT line, json_valid(line) AS is_json FROM {Lines(text)})
        )
        WHERE v[1] IN ('next', 'last') AND v[3] IS NOT NULL AND v[4] IS NOT NULL AND {ValueSql.RequiredTime("v[2]")} IS NOT NULL
        """;

    private static CataloguePlan Catalogue(List<InputFile> files)
    {
        var texts = files.ConvertAll(DelimitedText.Lines);
        var values = string.Join(
            " UNION ALL ",
            texts.Select(text => $"SELECT CASE WHEN json_valid(line) THEN json_extract_string(line, ['$.track', '$.title', '$.artist', '$.album', '$.genre']) END AS v FROM {Lines(text)}"));
        static string List(string name) => $"CASE WHEN {name} <> '' THEN [{name}] ELSE []::VARCHAR[] END";
        var sql =
            $"""
            SELECT track_id, title, {List("artist")} AS artist_ids, {List("artist")} AS artists, {List("album")} AS album_ids, {List("album")} AS albums,
                {List("genre")} AS genre_ids, {List("genre")} AS genres, 0::BIGINT AS position,
                CASE
                    WHEN is_unparseable THEN '{CatalogueRules.Unparseable}'
                    WHEN trim(coalesce(track_id, '')) = '' THEN '{CatalogueRules.EmptyId}'
                    WHEN {ValueSql.IsInvalidId("track_id")} THEN '{CatalogueRules.InvalidId}'
                END AS broken
            FROM (
                SELECT v[1] AS track_id, {ValueSql.Name("v[2]")} AS title, {ValueSql.Name("v[3]")} AS artist, {ValueSql.Name("v[4]")} AS album,
                    {ValueSql.Name("v[5]")} AS genre, v IS NULL AS is_unparseable
                FROM ({values})
            )
            """;
        return new CataloguePlan(sql, CatalogueRules.OfIds, BelongsToLog: false) { Texts = texts };
    }
}
