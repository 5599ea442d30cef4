using RecSys.Lake.DuckDb;
using RecSys.Lake.Imports;
using RecSys.Lake.Interactions;
using RecSys.Lake.Segments;
using RecSys.Lake.Storage;

namespace RecSys.Lake;

/// <summary>
/// The lake of listens in a folder: Parquet segments that any Parquet reader understands. Several processes may write and
/// read it at the same time. Nothing is made or read before the first call.
/// </summary>
public sealed class ListenLake : IDisposable
{
    private readonly LakeFolders _folders;
    private readonly SegmentWriter _writer;
    private readonly Lazy<DuckDbDatabase> _engine;

    /// <summary>A lake in a folder, which is made by the first write.</summary>
    public ListenLake(string rootFolder, LakeEngineOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(rootFolder);
        options ??= new LakeEngineOptions();
        _folders = new LakeFolders(rootFolder);
        Compression = options.Compression;
        _writer = new SegmentWriter(_folders, options.Compression);
        _engine = new Lazy<DuckDbDatabase>(() => DuckDbDatabase.Open(Settings(options)));
    }

    /// <summary>The lake's folder, as a full path.</summary>
    public string RootFolder => _folders.Root;

    /// <summary>Whether there is anything to read, imports included. Looks at names only, whatever the size of the lake.</summary>
    public bool IsEmpty => new ListenSource(_folders, InteractionQuery.All).IsEmpty;

    internal LakeFolders Folders => _folders;

    internal DuckDbDatabase Engine => _engine.Value;

    internal LakeCompression Compression { get; }

    /// <summary>Writes listens, one segment for each UTC date among them. When it returns, they survive a crash or power cut.</summary>
    /// <param name="listens">What to add. The same listens may be added again: readers see each once.</param>
    /// <param name="cancellationToken">Cancelled before the segments are visible, nothing is added.</param>
    /// <exception cref="ArgumentException">A listen has an empty or invalid id, a play count below 1 or a share outside 0 to 1.</exception>
    /// <exception cref="IOException">The folder can't be written; some dates may have been added.</exception>
    public Task AppendAsync(IReadOnlyList<LakeListen> listens, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(listens);
        if (listens.Count == 0)
        {
            return Task.CompletedTask;
        }

        return Task.Run(
            () =>
            {
                using var connection = _engine.Value.Connect();
                _writer.Write(connection, listens, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Reads the cells of the user × item matrix: distinct listens, added up.</summary>
    /// <returns>The cells; none for an empty lake.</returns>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public Task<LakeInteractions> ReadInteractionsAsync(InteractionQuery query, CancellationToken cancellationToken = default) =>
        Task.Run(
            () => Read(query, (connection, source) => InteractionReader.Read(connection, source, cancellationToken), cancellationToken),
            cancellationToken);

    /// <summary>Reads distinct listens in the order of their times (then user and track).</summary>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public IAsyncEnumerable<LakeListen> ReadListensAsync(InteractionQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var source = new ListenSource(_folders, query);
        return source.IsEmpty
            ? AsyncEnumerable.Empty<LakeListen>()
            : LakeRows.ReadAsync(
                Engine,
                $"SELECT user_id, track_id, listened_at, max(played_share), max(play_count) FROM ({source.Sql()}) GROUP BY ALL ORDER BY listened_at, user_id, track_id",
                LakeRows.Listen,
                (connection, _) => source.FindUnreadableFile(connection, cancellationToken),
                cancellationToken);
    }

    /// <summary>Counts distinct listens, imported ones included.</summary>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public Task<long> CountListensAsync(CancellationToken cancellationToken = default) =>
        Task.Run(
            () => Read(
                InteractionQuery.All,
                (connection, source) => source.IsEmpty
                    ? 0
                    : connection.QueryLong(
                        $"SELECT count(*) FROM (SELECT DISTINCT user_id, track_id, listened_at FROM ({source.Sql()}))", cancellationToken),
                cancellationToken),
            cancellationToken);

    /// <summary>Names of the imported logs, in ordinal order.</summary>
    public IReadOnlyList<string> ListImports() => _folders.ImportNames();

    /// <summary>An imported log.</summary>
    /// <returns>The log; null when there is none of that name.</returns>
    public ImportedLog? FindImport(string name) => ImportedLog.Find(this, name);

    /// <summary>Releases the engine. What was written stays.</summary>
    public void Dispose()
    {
        if (_engine.IsValueCreated)
        {
            _engine.Value.Dispose();
        }
    }

    private T Read<T>(InteractionQuery query, Func<DuckDbConnection, ListenSource, T> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var source = new ListenSource(_folders, query);
        using var connection = _engine.Value.Connect();
        try
        {
            return read(connection, source);
        }
        catch (DuckDbException)
        {
            if (source.FindUnreadableFile(connection, cancellationToken) is { } corrupt)
            {
                throw corrupt;
            }

            throw;
        }
    }

    private static DuckDbSettings Settings(LakeEngineOptions options)
    {
        var memory = options.MemoryLimitBytes > 0
            ? options.MemoryLimitBytes
            : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
        var temp = options.TempFolder ?? Path.Combine(Path.GetTempPath(), "recsys-lake", Guid.NewGuid().ToString("N"));
        return new DuckDbSettings(options.Threads, memory, temp);
    }
}
