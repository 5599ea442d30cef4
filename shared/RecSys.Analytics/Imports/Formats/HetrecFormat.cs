using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// The Last.fm data set of HetRec 2011: <c>user_artists.dat</c> (userID, artistID, weight; tabs and a header), names in
/// <c>artists.dat</c>, tags in <c>user_taggedartists.dat</c> and <c>tags.dat</c> (Latin-1). An artist is the track here,
/// its weight the number of plays; there are no times. Only the first file is required.
/// </summary>
internal sealed class HetrecFormat : IImportFormat
{
    private const string ListensName = "user_artists.dat";
    private const string ArtistsName = "artists.dat";
    private const string TagsName = "tags.dat";
    private const string TaggedName = "user_taggedartists.dat";

    // The tags that most people gave to an artist stand for its genres; one person's tag alone says little.
    private const int MaxGenres = 5;
    private const int MinTaggers = 2;

    public string Name => "hetrec";

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        var (folder, listens) = PublishedFile.Find(inputs, ListensName);
        var text = Open(connection, listens, ["userID", "artistID", "weight"], cancellationToken);
        var listensSql = new ListenSelect("\"userID\"", "\"artistID\"") { Weight = ValueSql.Number("weight") }.From(text.Sql());
        if (inputs.Find(folder, ArtistsName) is not { } artists)
        {
            return new ImportPlan([listens], listensSql, Timed: false) { ListenTexts = [text], AddsUp = true };
        }

        var artistText = Open(connection, artists, ["id", "name", "url", "pictureURL"], cancellationToken);
        var (genresSql, genreTexts) = Genres(connection, inputs, folder, cancellationToken);
        var tracksSql =
            $"""
            SELECT track_id, title, []::VARCHAR[] AS artist_ids, []::VARCHAR[] AS artists, []::VARCHAR[] AS album_ids, []::VARCHAR[] AS albums,
                coalesce(genre_ids, []) AS genre_ids, coalesce(genres, []) AS genres,
                0::BIGINT AS position, NULL::VARCHAR AS broken
            FROM (SELECT id AS track_id, min({ValueSql.Name("name")}) AS title FROM {artistText.Sql()} WHERE trim(coalesce(id, '')) <> '' GROUP BY id)
            LEFT JOIN ({genresSql}) USING (track_id)
            """;
        DelimitedText[] trackTexts = [artistText, .. genreTexts];
        return new ImportPlan([listens, .. trackTexts.Select(text => text.File)], listensSql, Timed: false)
        {
            ListenTexts = [text],
            AddsUp = true,
            Catalogue = new CataloguePlan(tracksSql, [CatalogueRules.Duplicate], BelongsToLog: false) { Texts = trackTexts },
        };
    }

    private static (string Sql, DelimitedText[] Texts) Genres(EngineConnection connection, ImportInputs inputs, string folder, CancellationToken cancellationToken)
    {
        if (inputs.Find(folder, TagsName) is not { } tags || inputs.Find(folder, TaggedName) is not { } tagged)
        {
            return ("SELECT '' AS track_id, [''] AS genre_ids, [''] AS genres LIMIT 0", []);
        }

        var tagText = new DelimitedText(tags, '\t', ["tagID", "tagValue"], HasHeader: true, Encoding: "latin-1");
        var taggedText = Open(connection, tagged, ["userID", "artistID", "tagID", "day", "month", "year"], cancellationToken);
        var sql =
            $"""
            SELECT track_id, list(tag_id ORDER BY taggers DESC, tag, tag_id)[1:{MaxGenres}] AS genre_ids,
                list(tag ORDER BY taggers DESC, tag, tag_id)[1:{MaxGenres}] AS genres
            FROM (
                SELECT "artistID" AS track_id, "tagID" AS tag_id, {ValueSql.Name("\"tagValue\"")} AS tag, count(DISTINCT "userID") AS taggers
                FROM {taggedText.Sql()} AS tagged JOIN {tagText.Sql()} AS tags USING ("tagID")
                GROUP BY ALL
                HAVING taggers >= {MinTaggers} AND tag <> ''
            )
            GROUP BY track_id
            """;
        return (sql, [tagText, taggedText]);
    }

    private static DelimitedText Open(
        EngineConnection connection, InputFile file, string[] columns, CancellationToken cancellationToken)
    {
        var header = DelimitedText.FirstLine(connection, file, cancellationToken)?.Split('\t') ?? [];
        if (!header.SequenceEqual(columns, StringComparer.OrdinalIgnoreCase))
        {
            throw new LakeInputException(
                file.Path,
                $"the header must be {string.Join(", ", columns)}, separated by tabs",
                "Give the file as HetRec 2011 publishes it, or import a log of your own as triples",
                line: 1);
        }

        return new DelimitedText(file, '\t', columns, HasHeader: true);
    }
}
