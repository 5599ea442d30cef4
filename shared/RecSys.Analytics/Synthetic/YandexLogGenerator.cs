using RecSys.Analytics.Engine;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Synthetic;

/// <summary>
/// Generates a log of the shape and size of a large service's: <c>tracks.parquet</c> (track_id, albums, artists, genres),
/// <c>catalog_names.parquet</c> (id, type, name) and <c>interactions.parquet</c> (user_id, track_id, track_seq, started_at).
/// </summary>
/// <remarks>
/// Users like three scenes of a genre or two, have favourites that they repeat, and listen in sessions that stay with an
/// artist or scene; popularity has a long tail; users join over the year. A few have up to three listens; some tracks have no
/// artist, album or genre or one without a name, some are never heard, and some interactions are with unknown tracks.
/// </remarks>
public static class YandexLogGenerator
{
    public const string TracksFile = "tracks.parquet";
    public const string NamesFile = "catalog_names.parquet";
    public const string InteractionsFile = "interactions.parquet";

    /// <summary>Writes the three files into a folder that is made for them, whole or not at all.</summary>
    /// <param name="folder">A folder that does not exist yet or is empty.</param>
    /// <param name="options">The size of the log.</param>
    /// <param name="engine">What the engine may use; null: the defaults.</param>
    /// <param name="written">Is told the bytes of interactions written so far, now and then.</param>
    /// <param name="cancellationToken">Cancelled, nothing is left behind.</param>
    /// <exception cref="ArgumentException">The options are out of range.</exception>
    /// <exception cref="IOException">The folder is not empty or can't be made.</exception>
    public static async Task<YandexLogSummary> WriteAsync(
        string folder,
        YandexLogOptions options,
        LakeEngineOptions? engine = null,
        Action<long>? written = null,
        CancellationToken cancellationToken = default)
    {
        if (options.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        folder = Path.GetFullPath(folder);
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new IOException($"{folder} is not an empty folder. Name a new one.");
        }

        var staged = $"{Path.TrimEndingDirectorySeparator(folder)}.{Guid.NewGuid():N}.partial";
        try
        {
            DurableFiles.MakeFolder(staged);
            engine ??= new LakeEngineOptions { Compression = LakeCompression.Snappy };
            var work = Task.Run(() => Write(staged, options, engine, cancellationToken), cancellationToken);
            await ReportAsync(work, Path.Combine(staged, InteractionsFile), written).ConfigureAwait(false);
            var summary = await work.ConfigureAwait(false);
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder);
            }

            DurableFiles.ReplaceFolder(staged, folder);
            return summary;
        }
        finally
        {
            if (Directory.Exists(staged))
            {
                Directory.Delete(staged, recursive: true);
            }
        }
    }

    private static async Task ReportAsync(Task work, string file, Action<long>? written)
    {
        while (await Task.WhenAny(work, Task.Delay(500)).ConfigureAwait(false) != work)
        {
            var info = new FileInfo(file);
            written?.Invoke(info.Exists ? info.Length : 0);
        }
    }

    private static YandexLogSummary Write(string folder, YandexLogOptions options, LakeEngineOptions engine, CancellationToken cancellationToken)
    {
        using var database = QueryEngine.Open(engine);
        using var connection = database.Connect();
        var catalogue = YandexCatalogue.Create(connection, options, cancellationToken);
        Copy(
            """
            SELECT id::BIGINT AS id, CASE kind WHEN 0 THEN 'album' WHEN 1 THEN 'artist' WHEN 2 THEN 'genre' ELSE 'track' END AS type, name
            FROM names ORDER BY kind, id
            """,
            NamesFile);
        connection.Execute("DROP TABLE names", cancellationToken);
        Copy(
            """
            SELECT id::BIGINT AS track_id,
                list_filter([album, single], x -> x IS NOT NULL)::BIGINT[] AS albums,
                list_filter([artist, second_artist], x -> x IS NOT NULL)::BIGINT[] AS artists,
                list_filter([genre, scene_genre], x -> x IS NOT NULL)::BIGINT[] AS genres
            FROM tracks ORDER BY id
            """,
            TracksFile);

        var sql = new YandexInteractionsSql(options, catalogue);
        foreach (var macro in YandexInteractionsSql.Macros)
        {
            connection.Execute(macro, cancellationToken);
        }

        connection.Execute(YandexInteractionsSql.Positions, cancellationToken);
        connection.Execute("DROP TABLE tracks", cancellationToken);
        connection.Execute(YandexInteractionsSql.Scenes, cancellationToken);
        connection.Execute(sql.Users("users"), cancellationToken);

        // One thread streams rows in the order of users straight into the file. Joins are taken as they are written, the small
        // table on the right: the engine can't know how many rows unnest makes, and would hold all of them instead.
        connection.Execute("SET disabled_optimizers = 'join_order,build_side_probe_side'", cancellationToken);
        connection.Execute("SET threads = 1", cancellationToken);
        var interactions = Copy(sql.Interactions("users"), InteractionsFile);
        return new YandexLogSummary(
            options.UserCount,
            options.TrackCount,
            catalogue.ArtistCount,
            catalogue.AlbumCount,
            catalogue.NamedGenreCount,
            interactions,
            Directory.EnumerateFiles(folder).Sum(file => new FileInfo(file).Length));

        long Copy(string rows, string file) => connection.Execute(
            $"COPY ({rows}) TO {SqlText.Literal(Path.Combine(folder, file))} (FORMAT parquet, COMPRESSION {engine.Compression.Codec()})",
            cancellationToken);
    }
}

/// <summary>
/// The size of a generated log. The same options give the same rows in the same order, whatever the threads and the memory.
/// </summary>
public sealed record YandexLogOptions
{
    /// <summary>The most listens that a user may have on average; the most active one has about a hundred times as many.</summary>
    public const int MaxMeanInteractions = 300;

    /// <summary>Users, 16 to 10,000,000. Default: 10,000.</summary>
    public int UserCount { get; init; } = 10_000;

    /// <summary>Tracks of the catalogue, 500 to 10,000,000. Default: 20,000.</summary>
    public int TrackCount { get; init; } = 20_000;

    /// <summary>Rows of interactions, 2 to <see cref="MaxMeanInteractions"/> for each user. Default: 1,000,000.</summary>
    public long InteractionCount { get; init; } = 1_000_000;

    /// <summary>Days over which the log extends, 30 to 3,650, from 2022-01-01. Default: 365.</summary>
    public int Days { get; init; } = 365;

    /// <summary>Seed of all randomness, from 0. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What is wrong with the options, naming the option; null when nothing is.</summary>
    public string? Problem() => this switch
    {
        { UserCount: < 16 or > 10_000_000 } => "users must be 16 to 10,000,000",
        { TrackCount: < 500 or > 10_000_000 } => "tracks must be 500 to 10,000,000",
        { Days: < 30 or > 3_650 } => "days must be 30 to 3,650",
        { Seed: < 0 } => "the seed must not be negative",
        _ when InteractionCount < 2L * UserCount => "interactions must be at least 2 a user",
        _ when InteractionCount > (long)MaxMeanInteractions * UserCount => $"interactions must be at most {MaxMeanInteractions} a user",
        _ => null,
    };
}

/// <summary>What a generated log consists of.</summary>
/// <param name="Users">Users, each with at least one interaction.</param>
/// <param name="Tracks">Rows of <c>tracks.parquet</c>.</param>
/// <param name="Artists">Artists of the catalogue.</param>
/// <param name="Albums">Albums of the catalogue, singles among them.</param>
/// <param name="Genres">Genres of the catalogue.</param>
/// <param name="Interactions">Rows of <c>interactions.parquet</c>.</param>
/// <param name="Bytes">Size of the three files.</param>
public sealed record YandexLogSummary(long Users, long Tracks, long Artists, long Albums, long Genres, long Interactions, long Bytes);
