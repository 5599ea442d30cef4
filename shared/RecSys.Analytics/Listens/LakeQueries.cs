using System.Runtime.CompilerServices;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Data.Segments;
using RecSys.Lake;

namespace RecSys.Analytics.Listens;

/// <summary>What is asked of a lake: the listens for trainings, numbers of them, imported logs. It has the engine that queries the files.</summary>
public sealed class LakeQueries : IDisposable
{
    private readonly LakeEngineOptions _options;
    private readonly Lazy<QueryEngine> _engine;
    private LakeSnapshot? _pinned;
    private bool _isDisposed;

    /// <summary>The engine for a lake. It is started by the first call.</summary>
    /// <param name="lake">The lake, which stays the caller's to dispose.</param>
    /// <param name="options">What the engine may use; null, the default: what the lake's settings say.</param>
    public LakeQueries(ListenLake lake, LakeEngineOptions? options = null)
    {
        Lake = lake;
        _options = options ?? lake.EngineOptions;
        _engine = new Lazy<QueryEngine>(() => QueryEngine.Open(_options));
    }

    /// <summary>The lake.</summary>
    public ListenLake Lake { get; }

    /// <summary>Of those who replace files in this process one at a time: what each has prepared would be in vain where another was quicker.</summary>
    internal SemaphoreSlim UpkeepTurn { get; } = new(1);

    internal QueryEngine Engine
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _engine.Value;
        }
    }

    /// <summary>
    /// Until the result is disposed, everything that is asked is answered from what the lake holds now, whatever is added, compacted or
    /// deleted meanwhile. For one caller at a time.
    /// </summary>
    /// <exception cref="IOException">The bucket can't be used.</exception>
    /// <exception cref="Data.DatabaseUnavailableException">The catalogue's database does not answer.</exception>
    public async Task<IAsyncDisposable> PinAsync(CancellationToken cancellationToken = default)
    {
        var snapshot = await Lake.OpenAsync(segment => segment.HoldsListens, cancellationToken).ConfigureAwait(false);
        if (Interlocked.CompareExchange(ref _pinned, snapshot, null) is not null)
        {
            await snapshot.DisposeAsync().ConfigureAwait(false);
            throw new InvalidOperationException("What is asked of the lake is pinned to one moment already.");
        }

        return new Pin(this, snapshot);
    }

    /// <summary>Reads the cells of the user × item matrix: distinct listens, added up.</summary>
    /// <returns>The cells; none for an empty lake.</returns>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public Task<LakeInteractions> ReadInteractionsAsync(InteractionQuery query, CancellationToken cancellationToken = default) => ReadAsync(
        query,
        (connection, source) => InteractionReader.Read(connection, source, query.KeepsListenTimes, _options.Threads, cancellationToken),
        cancellationToken);

    /// <summary>Reads distinct listens in the order of their times (then user and track).</summary>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public IAsyncEnumerable<LakeListen> ReadListensAsync(InteractionQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return LakeRows.DistinctAsync(ReadOrderedAsync(query, cancellationToken), cancellationToken);
    }

    /// <summary>Reads the distinct listens of users to tracks that <see cref="ReadInteractionsAsync"/> named; others are left out.</summary>
    /// <param name="userIds">In ordinal order; a userIndex is a position in it.</param>
    /// <param name="trackIds">In ordinal order; an itemIndex is a position in it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public Task<LakeHistories> ReadHistoriesAsync(string[] userIds, string[] trackIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(userIds);
        ArgumentNullException.ThrowIfNull(trackIds);
        return ReadAsync(
            InteractionQuery.All,
            (connection, source) => HistoryReader.Read(connection, source, userIds, trackIds, _options.Threads, cancellationToken),
            cancellationToken);
    }

    /// <summary>Counts distinct listens, imported ones included.</summary>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public Task<long> CountListensAsync(CancellationToken cancellationToken = default) => ReadAsync(
        InteractionQuery.All,
        (connection, source) => source.IsEmpty
            ? 0
            : connection.QueryLong(
                source.IsOneImport
                    ? $"SELECT count(*) FROM ({source.Sql()})"
                    : $"SELECT count(*) FROM (SELECT DISTINCT user_id, track_id, listened_at FROM ({source.Sql()}))",
                cancellationToken),
        cancellationToken);

    /// <summary>
    /// Counts the rows of listens in all segments and imports, listens that were added twice among them: quick whatever the size of the lake, to see
    /// whether it has grown.
    /// </summary>
    public async Task<long> CountRowsAsync(CancellationToken cancellationToken = default) =>
        _pinned?.Rows ?? (await Lake.ListListensAsync(cancellationToken).ConfigureAwait(false)).Sum(segment => segment.Rows);

    /// <summary>An imported log.</summary>
    /// <returns>The log; null when there is none of that name.</returns>
    public async Task<ImportedLog?> FindImportAsync(string name, CancellationToken cancellationToken = default)
    {
        await using var lake = await OpenAsync([name], cancellationToken).ConfigureAwait(false);
        return lake.ImportNames.Contains(name) ? ImportedLog.Open(this, lake, name) : null;
    }

    /// <summary>An imported log that somebody named.</summary>
    /// <exception cref="LakeInputException">There is none of that name; the message has those that are there.</exception>
    public async Task<ImportedLog> RequireImportAsync(string name, CancellationToken cancellationToken = default)
    {
        await using var lake = await OpenAsync([name], cancellationToken).ConfigureAwait(false);
        return ImportedLog.Open(this, lake, RequireImport(lake, name));
    }

    /// <summary>The name of an import that somebody named, which is there.</summary>
    /// <inheritdoc cref="RequireImportAsync" path="/exception"/>
    internal static string RequireImport(LakeSnapshot lake, string name) => lake.ImportNames.Contains(name) ? name : throw new LakeInputException(
        name, "is no import of this lake", lake.ImportNames.Count > 0 ? $"Name one of {string.Join(", ", lake.ImportNames)}" : "Import a log first");

    /// <summary>Stops the engine.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        UpkeepTurn.Dispose();
        if (_engine.IsValueCreated)
        {
            _engine.Value.Dispose();
        }
    }

    /// <summary>What the lake holds now, or at the moment that was pinned, to read its listens.</summary>
    /// <param name="imports">The imports that will be read, and nothing else; none: all listens.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    internal async Task<LakeSnapshot> OpenAsync(IReadOnlyList<string> imports, CancellationToken cancellationToken) => _pinned?.Share()
        ?? await Lake.OpenAsync(
            segment => imports.Count == 0 ? segment.HoldsListens : (segment.Kind == SegmentKind.Import && imports.Contains(segment.Name)), cancellationToken).ConfigureAwait(false);

    internal async Task<T> ReadAsync<T>(InteractionQuery query, Func<EngineConnection, ListenSource, T> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var engine = Engine;
        await using var lake = await OpenAsync(query.Imports, cancellationToken).ConfigureAwait(false);
        var source = new ListenSource(lake, query);
        return await Task.Run(
            () =>
            {
                using var connection = engine.Connect();
                try
                {
                    return read(connection, source);
                }
                catch (EngineException failure) when (source.FindUnreadableFile(connection, failure, cancellationToken) is { } corrupt)
                {
                    throw corrupt;
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<LakeListen> ReadOrderedAsync(InteractionQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var lake = await OpenAsync(query.Imports, cancellationToken).ConfigureAwait(false);
        var source = new ListenSource(lake, query);
        if (source.IsEmpty)
        {
            yield break;
        }

        var listens = LakeRows.ReadAsync<LakeListen>(
            Engine,
            $"SELECT user_id, track_id, listened_at, played_share, play_count FROM ({source.Sql()}) ORDER BY listened_at, user_id, track_id",
            LakeRows.ReadListen,
            (connection, failure) => source.FindUnreadableFile(connection, failure, cancellationToken),
            cancellationToken);
        await foreach (var listen in listens.ConfigureAwait(false))
        {
            yield return listen;
        }
    }

    private sealed class Pin(LakeQueries queries, LakeSnapshot snapshot) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            queries._pinned = null;
            return snapshot.DisposeAsync();
        }
    }
}

/// <summary>A file changed while it was read, which files of a lake never do.</summary>
internal sealed class LakeChangedException() : IOException("A file of the lake was changed while it was read. Let nothing but RecSys write into the lake, and try again.");
