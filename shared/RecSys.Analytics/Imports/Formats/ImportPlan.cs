using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>How the engine reads an input.</summary>
/// <param name="Files">All files, for checks of their completeness and for messages.</param>
/// <param name="ListensSql">A SELECT that <see cref="ListenSelect"/> made, or several joined by UNION ALL.</param>
/// <param name="Timed">Whether the log has times.</param>
internal sealed record ImportPlan(IReadOnlyList<InputFile> Files, string ListensSql, bool Timed)
{
    /// <summary>The text files behind the listens, whose rejected rows are counted; none for Parquet.</summary>
    public IReadOnlyList<DelimitedText> ListenTexts { get; init; } = [];

    /// <summary>Whether rows are single plays, of which a day can hold only so many.</summary>
    public bool HasSinglePlays { get; init; }

    /// <summary>
    /// Whether weights are counts, so that rows of the same user and track without times are parts of one total; else, as of
    /// ratings, the largest stays.
    /// </summary>
    public bool AddsUp { get; init; }

    /// <summary>Whether rows name their track and artist, so that a catalogue is made of the most frequent names.</summary>
    public bool HasNames { get; init; }

    /// <summary>The catalogue beside the log; null when there is none.</summary>
    public CataloguePlan? Catalogue { get; init; }

    /// <summary>Files that came with the log and are not imported.</summary>
    public IReadOnlyList<LeftOutFile> LeftOut { get; init; } = [];

    /// <summary>Tables that are kept as they are beside the listens: a file's name and the SELECT of its rows.</summary>
    public IReadOnlyList<(string FileName, string Sql)> SideTables { get; init; } = [];
}

/// <summary>A format of logs. It says how the engine reads the input; cleaning and writing are the same for all.</summary>
internal interface IImportFormat
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>Whether it is the export of one person, so that <see cref="ImportOptions.User"/> may say who.</summary>
    bool IsOfOnePerson => false;

    /// <summary>Finds the files, looks at their headers and says how to read them.</summary>
    /// <exception cref="LakeInputException">The input is not of this format.</exception>
    ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken);
}

/// <summary>How the engine reads a catalogue.</summary>
/// <param name="Sql">
/// A SELECT of track_id and title (VARCHAR), artist_ids, artists, album_ids, albums, genre_ids, genres (VARCHAR[]; ids and
/// names element by element), position (BIGINT, the order of the rows) and broken (VARCHAR, the first of
/// <paramref name="Rules"/> that the row breaks by what is in it alone, or NULL).
/// </param>
/// <param name="Rules">The rules in order, <see cref="CatalogueRules.Duplicate"/> among them.</param>
/// <param name="BelongsToLog">Whether a listen of a track that is not in it is wrong.</param>
internal sealed record CataloguePlan(string Sql, IReadOnlyList<string> Rules, bool BelongsToLog)
{
    /// <summary>The text files behind it.</summary>
    public IReadOnlyList<DelimitedText> Texts { get; init; } = [];
}

/// <summary>What Last.fm's data sets say of their users.</summary>
internal static class UserProfiles
{
    public static readonly string[] Columns = ["user_id", "gender", "age", "country", "signup"];

    /// <summary>A SELECT of user_id, gender and country (empty when unknown), age in years and the date of signing up (NULL when unknown).</summary>
    /// <param name="text">The file, its columns named as <see cref="Columns"/>.</param>
    public static string Sql(DelimitedText text) =>
        $"""
        SELECT user_id, trim(coalesce(gender, '')) AS gender, TRY_CAST(TRY_CAST(age AS DOUBLE) AS INTEGER) AS age, {ValueSql.Name("country")} AS country,
            try_strptime(signup, '%b %d, %Y')::DATE AS signup
        FROM {text.Sql()}
        WHERE trim(coalesce(user_id, '')) <> '' AND lower(trim(coalesce(gender, ''))) <> 'gender'
        """;
}
