using System.Runtime.ExceptionServices;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics;

/// <summary>
/// Writes what is in a lake as Parquet files for other tools (docs/exports.md): its events and its items. What goes wrong leaves a
/// part of a file behind: write into the folder of an <see cref="Lake.Exports.ExportTarget"/>, which becomes visible when all is done.
/// </summary>
/// <param name="queries">The lake and its engine.</param>
public sealed class LogExporter(LakeQueries queries)
{
    /// <summary>Writes every distinct listen, with the day of the week and the month of its time.</summary>
    /// <param name="file">The file to make or overwrite.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="LakeCorruptException">A file of the lake can't be read.</exception>
    /// <exception cref="IOException">The file can't be written, such as on a full disk.</exception>
    public async Task<long> WriteEventsAsync(string file, CancellationToken cancellationToken = default)
    {
        await using var lake = await queries.OpenAsync([], cancellationToken).ConfigureAwait(false);
        var source = new ListenSource(lake, InteractionQuery.All);

        // A reader of the file must not take the unknown time for a day in 1970.
        return await CopyAsync(
            file,
            $"""
            SELECT user_id, track_id, make_timestamptz(known_at) AS listened_at, isodow(make_timestamp(known_at))::INTEGER AS day_of_week,
                month(make_timestamp(known_at))::INTEGER AS month, played_share, play_count
            FROM ({source.DistinctSql()})
            """,
            (connection, failure) => source.FindUnreadableFile(connection, failure, cancellationToken),
            cancellationToken).ConfigureAwait(false);
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
        await using var lake = await queries.OpenAsync([], cancellationToken).ConfigureAwait(false);
        using var connection = queries.Engine.Connect();
        connection.Execute(
            "CREATE TEMP TABLE catalogue (track_id VARCHAR, title VARCHAR, artists VARCHAR[], albums VARCHAR[], genres VARCHAR[])", cancellationToken);
        using (var appender = connection.Append("catalogue"))
        {
            await foreach (var track in catalogue.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                appender
                    .Add(track.TrackId)
                    .Add(track.Title)
                    .Add(track.Artists.Count > 0 ? track.Artists : Known(track.Artist))
                    .Add(track.Albums.Count > 0 ? track.Albums : Known(track.Album))
                    .Add(track.Genres)
                    .EndRow();
            }

            appender.Complete();
        }

        // Without ids of their own, names are the ids, as in imports.
        const string Columns = "track_id, title, artist_ids, artists, album_ids, albums, genre_ids, genres";
        var parts = new List<string>
        {
            "SELECT track_id, title, artists AS artist_ids, artists, albums AS album_ids, albums, genres AS genre_ids, genres, 2 AS origin, '' AS import FROM catalogue",
        };
        var files = lake.ImportNames.Select(name => Path.Combine(lake.Import(name), LakeFolders.ImportTracksFile)).ToList();
        if (files.Count > 0)
        {
            parts.Add($"SELECT {Columns}, 1, filename FROM read_parquet({SqlText.LiteralList(files)}, hive_partitioning = false, filename = true)");
        }

        var listens = new ListenSource(lake, InteractionQuery.All);
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

    private Task<long> CopyAsync(
        string file, string select, Func<EngineConnection, EngineException, Exception?> explain, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var connection = queries.Engine.Connect();
            return Copy(connection, file, select, explain, cancellationToken);
        },
        CancellationToken.None);

    private long Copy(
        EngineConnection connection,
        string file,
        string select,
        Func<EngineConnection, EngineException, Exception?> explain,
        CancellationToken cancellationToken)
    {
        try
        {
            return connection.Execute(
                $"COPY ({select}) TO {SqlText.Literal(file)} (FORMAT parquet, COMPRESSION {queries.Lake.Compression.Codec()})", cancellationToken);
        }
        catch (EngineException exception)
        {
            if (explain(connection, exception) is { } reason)
            {
                ExceptionDispatchInfo.Throw(reason);
            }

            throw new IOException($"{file} can't be written: {exception.Message}", exception);
        }
    }
}
