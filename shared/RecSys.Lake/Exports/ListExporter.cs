using RecSys.Lake.Storage;

namespace RecSys.Lake.Exports;

/// <summary>
/// Writes lists of tracks for other tools as Parquet files (docs/exports.md). What goes wrong leaves a part of a file behind, which can't
/// be read: write into the folder of an <see cref="ExportTarget"/>, which becomes visible when all is done.
/// </summary>
/// <param name="compression">How the files are compressed.</param>
public sealed class ListExporter(LakeCompression compression = LakeCompression.Zstd)
{
    private static readonly TableSchema PopularColumns = new(
        TableColumn.Text("track_id"),
        TableColumn.Number<long>("listeners"),
        TableColumn.Number<long>("plays"),
        TableColumn.Number<float>("rating"),
        TableColumn.Number<int>("rank"));

    /// <summary>Writes the popular tracks.</summary>
    /// <param name="file">The file to make or overwrite.</param>
    /// <param name="tracks">The tracks, best first.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="IOException">The file can't be written, such as on a full disk.</exception>
    public Task<long> WritePopularAsync(string file, IReadOnlyList<PopularTrack> tracks, CancellationToken cancellationToken = default) =>
        WriteAsync(file, PopularColumns, async writer =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ids = new TextBuffer();
            foreach (var track in tracks)
            {
                ids.Add(track.TrackId);
            }

            await writer.WriteGroupAsync(async group =>
            {
                await group.WriteAsync<ReadOnlyMemory<byte>>(PopularColumns[0], ids.Texts).ConfigureAwait(false);
                await group.WriteAsync<long>(PopularColumns[1], Column(track => track.Listeners)).ConfigureAwait(false);
                await group.WriteAsync<long>(PopularColumns[2], Column(track => track.Plays)).ConfigureAwait(false);
                await group.WriteAsync<float>(PopularColumns[3], Column(track => track.Rating)).ConfigureAwait(false);
                await group.WriteAsync<int>(PopularColumns[4], Column(track => track.Rank)).ConfigureAwait(false);
            }).ConfigureAwait(false);
            return tracks.Count;

            T[] Column<T>(Func<PopularTrack, T> value) => [.. tracks.Select(value)];
        });

    /// <summary>Writes lists of texts, such as a database gives them.</summary>
    /// <param name="file">The file to make or overwrite.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <param name="lists">The lists, read once.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <inheritdoc cref="WritePopularAsync" path="/returns"/>
    /// <inheritdoc cref="WritePopularAsync" path="/exception"/>
    public Task<long> WriteListsAsync(
        string file, ListColumns columns, IAsyncEnumerable<TrackList> lists, CancellationToken cancellationToken = default) =>
        WriteListsAsync(file, columns, lists, (rows, list) => rows.Add(list), cancellationToken);

    /// <summary>Writes lists of indices, such as a model makes them, as the ids that they stand for.</summary>
    /// <param name="file">The file to make or overwrite.</param>
    /// <param name="columns">Names of the columns; without sources.</param>
    /// <param name="ownerIds">The id of each owner's index.</param>
    /// <param name="trackIds">The id of each track's index.</param>
    /// <param name="lists">The lists in groups, best of some ten thousand places each; read once.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <inheritdoc cref="WritePopularAsync" path="/returns"/>
    /// <inheritdoc cref="WritePopularAsync" path="/exception"/>
    public Task<long> WriteListsAsync(
        string file,
        ListColumns columns,
        IReadOnlyList<string> ownerIds,
        IReadOnlyList<string> trackIds,
        IAsyncEnumerable<IReadOnlyList<IndexedList>> lists,
        CancellationToken cancellationToken = default)
    {
        var (owners, tracks) = (Encode(ownerIds), Encode(trackIds));
        return WriteListsAsync(file, columns, lists.SelectMany(group => group), (rows, list) => rows.Add(owners.Span, tracks.Span, list), cancellationToken);

        static ReadOnlyMemory<ReadOnlyMemory<byte>> Encode(IReadOnlyList<string> ids)
        {
            var texts = new TextBuffer();
            foreach (var id in ids)
            {
                texts.Add(id);
            }

            return texts.Texts;
        }
    }

    private Task<long> WriteListsAsync<TList>(
        string file, ListColumns columns, IAsyncEnumerable<TList> lists, Action<ListRows, TList> add, CancellationToken cancellationToken)
    {
        var schema = ListRows.SchemaOf(columns);
        return WriteAsync(file, schema, async writer =>
        {
            // The lists go on being made and read while a row group is written.
            var (filling, writing) = (new ListRows(columns.HasSources), new ListRows(columns.HasSources));
            var written = Task.CompletedTask;
            var count = 0L;
            try
            {
                await foreach (var list in lists.WithCancellation(cancellationToken).ConfigureAwait(false))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    add(filling, list);
                    if (filling.Count >= TableWriter.MaxGroupRows)
                    {
                        await written.ConfigureAwait(false);
                        (filling, writing) = (writing, filling);
                        var full = writing;
                        count += full.Count;
                        written = Task.Run(() => full.WriteAsync(schema, writer), CancellationToken.None);
                        filling.Clear();
                    }
                }
            }
            finally
            {
                await written.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await written.ConfigureAwait(false);
            if (filling.Count > 0)
            {
                await filling.WriteAsync(schema, writer).ConfigureAwait(false);
            }

            return count + filling.Count;
        });
    }

    // What fails with the file is explained by the writer, so that a failure of the lists stays what it is.
    private Task<long> WriteAsync(string file, TableSchema schema, Func<TableWriter, Task<long>> write) => Task.Run(async () =>
    {
        await using var writer = await schema.CreateAsync(file, compression).ConfigureAwait(false);
        var rows = await write(writer).ConfigureAwait(false);
        await writer.CompleteAsync().ConfigureAwait(false);
        return rows;
    });
}

/// <summary>One ranked list of tracks.</summary>
/// <param name="OwnerId">The user, or the track, whose list it is.</param>
/// <param name="TrackIds">The tracks, best first.</param>
/// <param name="Scores">The score of each.</param>
/// <param name="Sources">The sources of each, several separated by commas; null when they are not kept.</param>
public sealed record TrackList(string OwnerId, IReadOnlyList<string> TrackIds, IReadOnlyList<float> Scores, IReadOnlyList<string>? Sources = null);

/// <summary>One ranked list as indices.</summary>
/// <param name="OwnerIndex">The index of the user, or of the track, whose list it is.</param>
/// <param name="TrackIndices">The tracks, best first.</param>
/// <param name="Scores">The score of each.</param>
public readonly record struct IndexedList(int OwnerIndex, ReadOnlyMemory<int> TrackIndices, ReadOnlyMemory<float> Scores);

/// <summary>What the columns of a table of lists are called.</summary>
/// <param name="Owner">Whose list it is, such as <c>user_id</c>.</param>
/// <param name="Track">What is in the list, such as <c>track_id</c>.</param>
/// <param name="HasSources">Whether there is a column <c>sources</c>.</param>
public sealed record ListColumns(string Owner, string Track, bool HasSources = false);

/// <summary>One place in the list of popular tracks.</summary>
/// <param name="TrackId">The track.</param>
/// <param name="Listeners">Distinct users who played it.</param>
/// <param name="Plays">How often it was played.</param>
/// <param name="Rating">Listeners on a scale from 0, the least of any track, to 1, the most.</param>
/// <param name="Rank">The place, from 1.</param>
public sealed record PopularTrack(string TrackId, long Listeners, long Plays, float Rating, int Rank);
