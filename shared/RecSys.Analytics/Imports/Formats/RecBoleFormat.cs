using RecSys.Analytics.Engine;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// A data set in RecBole's atomic files: <c>NAME.inter</c> with tabs and a header of name:type (token, token_seq, float, float_seq), of which user and item are
/// needed, and timestamp, rating or a count are read; <c>NAME.item</c> (title, artist, album, genres) and <c>NAME.user</c> beside it are optional. Parts such as
/// <c>NAME.train.inter</c> are one log.
/// </summary>
internal sealed class RecBoleFormat : IImportFormat
{
    private const string Listens = ".inter";
    private const string Items = ".item";
    private const string People = ".user";

    private static readonly string[] Types = ["token", "token_seq", "float", "float_seq"];
    private static readonly string[] ItemIds = ["itemid", "trackid", "songid", "musicid", "movieid", "artistid", "item"];
    private static readonly string[] Counts = ["weight", "count", "plays", "playcount", "listens", "listeningcount", "numrepeat"];
    private static readonly string[] Ratings = ["rating", "score"];
    private static readonly string[] Titles = ["title", "trackname", "songname", "itemname", "movietitle", "name", "itemtitle"];
    private static readonly string[] Albums = ["album", "albumname", "releasename"];
    private static readonly string[] Genres = ["genre", "genres", "class", "categories"];

    public string Name => "recbole";

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        AtomicFile Open(InputFile file) => AtomicFile.Open(connection, file, cancellationToken);
        var paths = inputs.Paths.SelectMany(path => Directory.Exists(path) ? ImportInputs.AllFiles(path) : [path]).ToList();
        var logs = paths.FindAll(path => InputFile.ExtensionOf(path) == Listens).ConvertAll(path => Open(inputs.OpenFile(path)));
        if (logs.Count == 0)
        {
            throw new LakeInputException(string.Join(", ", inputs.Paths), $"has no file that ends in {Listens}", $"Name the data set's folder or its {Listens} file");
        }

        var items = Beside(inputs, logs[0].Text.File.Path, Items) is { } itemFile ? Open(itemFile) : null;
        var people = Beside(inputs, logs[0].Text.File.Path, People) is { } userFile ? Open(userFile) : null;
        AtomicFile[] others = [.. items is null ? [] : (AtomicFile[])[items], .. people is null ? [] : (AtomicFile[])[people]];
        return new ImportPlan(
            [.. logs.Concat(others).Select(atomic => atomic.Text.File)],
            string.Join(" UNION ALL ", logs.Select(Select)),
            logs.Exists(log => log.Find(ColumnNames.Time) is not null))
        {
            ListenTexts = [.. logs.Select(log => log.Text)],
            AddsUp = logs.TrueForAll(log => log.Find(Ratings) is null || log.Find(Counts) is not null),
            HasSinglePlays = logs.TrueForAll(log => log.Find(ColumnNames.Time) is not null && log.Find([.. Counts, .. Ratings]) is null),
            Catalogue = items is null ? null : Catalogue(items),
            SideTables = people is null ? [] : [(LakeFolders.ImportUsersFile, Profiles(people))],
        };
    }

    private static InputFile? Beside(ImportInputs inputs, string log, string extension)
    {
        // NAME.train.inter has NAME.item.
        var name = Path.GetFileName(log);
        return inputs.Find(Path.GetDirectoryName(log)!, name[..name.IndexOf('.', StringComparison.Ordinal)] + extension);
    }

    private static string Select(AtomicFile log) => (new ListenSelect(log.Require("user", "user_id", ColumnNames.User), log.Require("item", "item_id", ItemIds)) with
    {
        Time = log.Find(ColumnNames.Time) is { } time ? ValueSql.RequiredTime(time) : "0::BIGINT",
        Weight = log.Find([.. Counts, .. Ratings]) is { } weight ? ValueSql.Number(weight) : "1::DOUBLE",
    }).From(log.Text.Sql());

    private static CataloguePlan Catalogue(AtomicFile items)
    {
        string Value(params string[] names) => items.Find(names) is { } column ? ValueSql.Name(column) : "''";
        static string One(string name) => $"CASE WHEN {name} <> '' THEN [{name}] ELSE []::VARCHAR[] END";

        // A sequence of tokens is separated by spaces.
        const string Words = "list_filter(string_split(genre, ' '), lambda word: word <> '')";
        var sql =
            $"""
            SELECT track_id, title, {One("artist")} AS artist_ids, {One("artist")} AS artists, {One("album")} AS album_ids, {One("album")} AS albums,
                {Words} AS genre_ids, {Words} AS genres, 0::BIGINT AS position,
                CASE WHEN trim(coalesce(track_id, '')) = '' THEN '{CatalogueRules.EmptyId}' WHEN {ValueSql.IsInvalidId("track_id")} THEN '{CatalogueRules.InvalidId}' END AS broken
            FROM (
                SELECT {items.Require("item", "item_id", ItemIds)} AS track_id, {Value(Titles)} AS title, {Value(ColumnNames.Artist)} AS artist, {Value(Albums)} AS album, {Value(Genres)} AS genre
                FROM {items.Text.Sql()}
            )
            """;
        return new CataloguePlan(sql, CatalogueRules.OfIds, BelongsToLog: false) { Texts = [items.Text] };
    }

    private static string Profiles(AtomicFile people)
    {
        string Value(string name) => people.Find(name) is { } column ? $"trim(coalesce({column}, ''))" : "''";
        var user = people.Require("user", "user_id", ColumnNames.User);
        return $"""
            SELECT {user} AS user_id, {Value("gender")} AS gender, TRY_CAST(TRY_CAST({Value("age")} AS DOUBLE) AS INTEGER) AS age, {Value("country")} AS country, NULL::DATE AS signup
            FROM {people.Text.Sql()} WHERE trim(coalesce({user}, '')) <> ''
            """;
    }

    /// <summary>A file with a header of names and types.</summary>
    private sealed record AtomicFile(DelimitedText Text, IReadOnlyList<string> Names)
    {
        public static AtomicFile Open(EngineConnection connection, InputFile file, CancellationToken cancellationToken)
        {
            var line = DelimitedText.FirstLine(connection, file, cancellationToken)
                ?? throw new LakeInputException(file.Path, "has no rows", "Fetch or export the file again");
            var header = line.Split('\t');
            foreach (var column in header)
            {
                if (column.Split(':') is not [{ Length: > 0 }, var type] || !Types.Contains(type.Trim()))
                {
                    throw new LakeInputException(
                        file.Path,
                        $"the column {SqlRows.Short(column)} of the header is no name:type with one of the types {string.Join(", ", Types)}",
                        "Give the file as RecBole has it, with tabs and a header such as user_id:token",
                        line: 1);
                }
            }

            return new AtomicFile(new DelimitedText(file, '\t', [.. header.Select((_, i) => $"c{i}")], HasHeader: true), [.. header.Select(column => ColumnNames.Plain(column.Split(':')[0]))]);
        }

        /// <summary>The first column of one of these names; null when there is none.</summary>
        public string? Find(params IEnumerable<string> names) =>
            names.Select(name => Names.ToList().IndexOf(name)).FirstOrDefault(at => at >= 0, -1) is var at and >= 0 ? $"c{at}" : null;

        /// <summary>A column that must be there.</summary>
        public string Require(string what, string example, string[] names) => Find(names)
            ?? throw new LakeInputException(
                Text.File.Path, $"the columns {SqlRows.Short(string.Join(", ", Names))} do not say which is the {what}", $"Name the column {example}:token", line: 1);
    }
}
