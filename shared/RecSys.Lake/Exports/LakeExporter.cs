using System.Runtime.ExceptionServices;
using RecSys.Lake.DuckDb;
using RecSys.Lake.Storage;

namespace RecSys.Lake.Exports;

/// <summary>
/// Writes lists for other tools as Parquet files (docs/exports.md). Rows are streamed into the file. What goes wrong leaves a part
/// of a file behind: write into the folder of an <see cref="ExportTarget"/>, which becomes visible when all is done.
/// </summary>
/// <param name="lake">Its engine writes the files.</param>
public sealed class LakeExporter(ListenLake lake)
{
    /// <summary>Writes the popular tracks.</summary>
    /// <param name="file">The file to make or overwrite.</param>
    /// <param name="tracks">The tracks, best first.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="IOException">The file can't be written, such as on a full disk.</exception>
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
    /// <inheritdoc cref="WritePopularAsync" path="/returns"/>
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
