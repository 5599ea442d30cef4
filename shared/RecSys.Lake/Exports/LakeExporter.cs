using System.Runtime.ExceptionServices;
using RecSys.Lake.DuckDb;
using RecSys.Lake.Interactions;
using RecSys.Lake.Storage;

namespace RecSys.Lake.Exports;

/// <summary>
/// Writes tables for other tools as Parquet files (docs/exports.md). Rows are streamed into the file. What goes wrong leaves a part
/// of a file behind: write into the folder of an <see cref="ExportTarget"/>, which becomes visible when all is done.
/// </summary>
/// <param name="lake">Its engine writes the files, and its listens and imports are what events and items are made of.</param>
public sealed class LakeExporter(ListenLake lake)
{
    /// <summary>Writes every distinct listen, with the day of the week and the month of its time.</summary>
    /// <param name="file">The file to make or overwrite.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="LakeCorruptException">A file of the lake can't be read.</exception>
    /// <exception cref="IOException">The file can't be written, such as on a full disk.</exception>
    public Task<long> WriteEventsAsync(string file, CancellationToken cancellationToken = default)
    {
        var source = new ListenSource(lake.Folders, InteractionQuery.All);
        var listens = source.IsEmpty
            ? "SELECT '' AS user_id, '' AS track_id, 0::BIGINT AS listened_at, 0::FLOAT AS played_share, 0 AS play_count LIMIT 0"
            : source.Sql();

        // 0 is the unknown time, which a reader of the file must not take for a day in 1970.
        return CopyAsync(
            file,
            $"""
            SELECT user_id, track_id, make_timestamptz(known_at) AS listened_at, isodow(make_timestamp(known_at))::INTEGER AS day_of_week,
                month(make_timestamp(known_at))::INTEGER AS month, played_share, play_count
            FROM (
                SELECT user_id, track_id, nullif(listened_at, 0) AS known_at, max(played_share) AS played_share, max(play_count) AS play_count
                FROM ({listens}) GROUP BY user_id, track_id, listened_at
            )
            """,
            (connection, failure) => source.FindUnreadableFile(connection, failure, cancellationToken),
            cancellationToken);
    }

    /// <summary>
    /// Writes every track that is known or was played: the ids and names of its artists, albums and genres, as imports know them.
    /// A track that is in several imports is taken from the first by name; of one that is in no catalogue only the id is known.
    /// </summary>
    /// <param name="file">The file to make or overwrite.</param>
    /// <param name="catalogue">Tracks that may be in no import, such as those that were submitted.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <inheritdoc cref="WriteEventsAsync" path="/returns"/>
    /// <inheritdoc cref="WriteEventsAsync" path="/exception"/>
    public async Task<long> WriteItemsAsync(string file, IAsyncEnumerable<LakeTrack> catalogue, CancellationToken cancellationToken = default)
    {
        using var connection = lake.Engine.Connect();
        connection.Execute(
            "CREATE TEMP TABLE catalogue (track_id VARCHAR, title VARCHAR, artists VARCHAR[], albums VARCHAR[], genres VARCHAR[])", cancellationToken);
        using (var appender = connection.Append("catalogue"))
        {
            await foreach (var track in catalogue.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                appender.SetText(0, track.TrackId);
                appender.SetText(1, track.Title);
                appender.SetTextList(2, track.Artists.Count > 0 ? track.Artists : Known(track.Artist));
                appender.SetTextList(3, track.Albums.Count > 0 ? track.Albums : Known(track.Album));
                appender.SetTextList(4, track.Genres);
                appender.EndRow();
            }

            appender.Complete();
        }

        // Without ids of their own, names are the ids, as in imports.
        const string Columns = "track_id, title, artist_ids, artists, album_ids, albums, genre_ids, genres";
        var parts = new List<string>
        {
            "SELECT track_id, title, artists AS artist_ids, artists, albums AS album_ids, albums, genres AS genre_ids, genres, 2 AS origin, '' AS import FROM catalogue",
        };
        var files = lake.Folders.ImportNames().Select(name => Path.Combine(lake.Folders.Import(name), LakeFolders.ImportTracksFile)).ToList();
        if (files.Count > 0)
        {
            parts.Add($"SELECT {Columns}, 1, filename FROM read_parquet({SqlText.LiteralList(files)}, hive_partitioning = false, filename = true)");
        }

        var listens = new ListenSource(lake.Folders, InteractionQuery.All);
        if (!listens.IsEmpty)
        {
            const string NoTexts = "[]::VARCHAR[]";
            parts.Add($"SELECT DISTINCT track_id, '', {NoTexts}, {NoTexts}, {NoTexts}, {NoTexts}, {NoTexts}, {NoTexts}, 3, '' FROM ({listens.Sql()})");
        }

        return await Task.Run(
            () => Copy(
                connection,
                file,
                $"""
                SELECT {Columns} FROM ({string.Join(" UNION ALL ", parts)})
                QUALIFY row_number() OVER (PARTITION BY track_id ORDER BY origin, import) = 1
                """,
                (failed, failure) => listens.FindUnreadableFile(failed, failure, cancellationToken),
                cancellationToken),
            CancellationToken.None).ConfigureAwait(false);

        static string[] Known(string name) => name.Length > 0 ? [name] : [];
    }

    /// <summary>Writes the popular tracks.</summary>
    /// <param name="file">The file to make or overwrite.</param>
    /// <param name="tracks">The tracks, best first.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <inheritdoc cref="WriteEventsAsync" path="/returns"/>
    /// <inheritdoc cref="WriteEventsAsync" path="/exception"/>
    public Task<long> WritePopularAsync(string file, IEnumerable<PopularTrack> tracks, CancellationToken cancellationToken = default) => Task.Run(
        () =>
        {
            using var connection = lake.Engine.Connect();
            connection.Execute(
                "CREATE TEMP TABLE popular (track_id VARCHAR, listeners BIGINT, plays BIGINT, rating FLOAT, rank INTEGER)", cancellationToken);
            using (var appender = connection.Append("popular"))
            {
                foreach (var track in tracks)
                {
                    appender.SetText(0, track.TrackId);
                    appender.Set(1, track.Listeners);
                    appender.Set(2, track.Plays);
                    appender.Set(3, track.Rating);
                    appender.Set(4, track.Rank);
                    appender.EndRow();
                }

                appender.Complete();
            }

            return Copy(connection, file, "SELECT * FROM popular ORDER BY rank", (_, _) => null, cancellationToken);
        },
        cancellationToken);

    /// <summary>Writes lists of texts, such as a database gives them.</summary>
    /// <param name="file">The file to make or overwrite.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <param name="lists">The lists, read once.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <inheritdoc cref="WriteEventsAsync" path="/returns"/>
    /// <exception cref="IOException">The file can't be written, such as on a full disk.</exception>
    public async Task<long> WriteListsAsync(
        string file, ListColumns columns, IAsyncEnumerable<TrackList> lists, CancellationToken cancellationToken = default)
    {
        using var texts = new ListTexts(new TextDictionary(), new TextDictionary());
        return await WriteAsync(file, columns, ListFlattening.BlocksOf(lists, texts, columns.HasSources, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes lists of indices, such as a model makes them, as the ids that they stand for.</summary>
    /// <param name="file">The file to make or overwrite.</param>
    /// <param name="columns">Names of the columns; without sources.</param>
    /// <param name="ownerIds">The id of each owner's index.</param>
    /// <param name="trackIds">The id of each track's index.</param>
    /// <param name="lists">The lists in groups, best of some ten thousand places each; read once.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <inheritdoc cref="WriteListsAsync(string, ListColumns, IAsyncEnumerable{TrackList}, CancellationToken)" path="/returns"/>
    /// <inheritdoc cref="WriteListsAsync(string, ListColumns, IAsyncEnumerable{TrackList}, CancellationToken)" path="/exception"/>
    public async Task<long> WriteListsAsync(
        string file,
        ListColumns columns,
        IReadOnlyList<string> ownerIds,
        IReadOnlyList<string> trackIds,
        IAsyncEnumerable<IReadOnlyList<IndexedList>> lists,
        CancellationToken cancellationToken = default)
    {
        using var texts = new ListTexts(new TextDictionary(ownerIds), new TextDictionary(trackIds));
        return await WriteAsync(file, columns, lists.Select(RowBlock (group) => ListFlattening.BlockOf(group, texts)), cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<long> WriteAsync(
        string file, ListColumns columns, IAsyncEnumerable<RowBlock> blocks, CancellationToken cancellationToken)
    {
        var (owner, track) = (SqlText.Identifier(columns.Owner), SqlText.Identifier(columns.Track));
        List<(string, DuckDbType)> types =
        [
            (columns.Owner, DuckDbType.Varchar), (columns.Track, DuckDbType.Varchar), ("score", DuckDbType.Float), ("rank", DuckDbType.Integer),
        ];
        if (columns.HasSources)
        {
            types.Add(("sources", DuckDbType.Varchar));
        }

        using var queue = new BlockQueue(types, cancellationToken);
        var filling = Task.Run(() => queue.FillAsync(blocks), CancellationToken.None);
        try
        {
            var sources = columns.HasSources ? "string_split(sources, ',') AS sources, " : "";
            return await CopyAsync(
                file,
                $"SELECT {owner}, {track}, score, {sources}rank FROM {queue.Sql}",
                (_, _) => queue.Failure,
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            queue.Stop();
            await filling.ConfigureAwait(false);
        }
    }

    private Task<long> CopyAsync(
        string file, string select, Func<DuckDbConnection, DuckDbException, Exception?> explain, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var connection = lake.Engine.Connect();
            return Copy(connection, file, select, explain, cancellationToken);
        },
        CancellationToken.None);

    private long Copy(
        DuckDbConnection connection,
        string file,
        string select,
        Func<DuckDbConnection, DuckDbException, Exception?> explain,
        CancellationToken cancellationToken)
    {
        try
        {
            return connection.Execute(
                $"COPY ({select}) TO {SqlText.Literal(file)} (FORMAT parquet, COMPRESSION {lake.Compression.Codec()})", cancellationToken);
        }
        catch (DuckDbException exception)
        {
            if (explain(connection, exception) is { } reason)
            {
                ExceptionDispatchInfo.Throw(reason);
            }

            throw new IOException($"{file} can't be written: {exception.Message}", exception);
        }
    }
}
