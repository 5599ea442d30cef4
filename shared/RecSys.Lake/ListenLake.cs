using System.Runtime.CompilerServices;
using RecSys.Lake.DuckDb;
using RecSys.Lake.Imports;
using RecSys.Lake.Interactions;
using RecSys.Lake.S3;
using RecSys.Lake.Segments;
using RecSys.Lake.Storage;
using RecSys.Lake.Upkeep;

namespace RecSys.Lake;

/// <summary>
/// The lake of listens in a folder or a bucket: Parquet segments that any Parquet reader understands. Several processes may write
/// and read it at the same time. Nothing is made or read before the first call.
/// </summary>
public sealed class ListenLake : IDisposable
{
    // Compaction and imports replace files while others read: what was read of files that are gone is read again. One attempt
    // takes milliseconds in a lake that is compacted all the time, and loses perhaps every third race.
    private const int MaxReadAttempts = 100;

    private readonly LakeFolders _folders;
    private readonly int _threads;
    private readonly LakeMirror? _mirror;
    private readonly SegmentQueue _segments;
    private readonly Lazy<DuckDbDatabase> _engine;
    private bool _isDisposed;

    /// <summary>A lake in a folder, which is made by the first write.</summary>
    public ListenLake(string rootFolder, LakeEngineOptions? options = null)
        : this(rootFolder, options, null)
    {
    }

    private ListenLake(string rootFolder, LakeEngineOptions? options, Func<LakeFolders, LakeMirror>? mirror)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(rootFolder);
        options ??= new LakeEngineOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MemoryLimitBytes, nameof(options));
        _folders = new LakeFolders(rootFolder);
        _threads = options.Threads;
        _mirror = mirror?.Invoke(_folders);
        Compression = options.Compression;
        _engine = new Lazy<DuckDbDatabase>(() => DuckDbDatabase.Open(options.ToSettings()));
        _segments = new SegmentQueue(new SegmentWriter(_folders, options.Compression), () => Engine);
    }

    /// <summary>
    /// The lake of the settings: in a folder, or in a bucket that a folder mirrors. Nothing is made or asked before the first call.
    /// </summary>
    public static ListenLake Open(LakeOptions options, S3Options s3)
    {
        if (!S3Address.TryParse(options.Root, out var address))
        {
            return new ListenLake(options.Root, options.ToEngineOptions());
        }

        var folder = Path.Combine(options.Cache, address.Bucket, address.Prefix);
        return new ListenLake(folder, options.ToEngineOptions(), folders => new LakeMirror(folders, new S3Bucket(address, s3)));
    }

    /// <summary>Brings the folder up to date with the bucket that it mirrors; for a lake in a folder there is nothing to do.</summary>
    /// <remarks>Reading does not do it by itself, so that everything which reads for one purpose reads the same.</remarks>
    /// <exception cref="S3Exception">The bucket can't be used.</exception>
    public Task RefreshAsync(CancellationToken cancellationToken = default) => _mirror?.PullAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Makes sure that the lake can be written.</summary>
    /// <exception cref="IOException">The folder or the bucket can't be used.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public async Task CheckAccessAsync(CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(RootFolder);
        var probe = Path.Combine(RootFolder, $".probe-{Guid.NewGuid():N}");
        await File.Create(probe, bufferSize: 1, FileOptions.DeleteOnClose).DisposeAsync().ConfigureAwait(false);
        if (_mirror is not null)
        {
            await _mirror.CheckAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Where the lake is, for people: its folder or its bucket.</summary>
    public string Location => _mirror?.ToString() ?? RootFolder;

    /// <summary>The lake's folder, as a full path; of a lake in a bucket, the one that mirrors it.</summary>
    public string RootFolder => _folders.Root;

    /// <summary>Whether there is anything to read, imports included. Looks at names only, whatever the size of the lake.</summary>
    public bool IsEmpty => new ListenSource(_folders, InteractionQuery.All).IsEmpty;

    /// <summary>
    /// The files of listens that there are, imports included. They are replaced, never changed: the same files are the same listens.
    /// </summary>
    public IReadOnlyList<LakeFile> ListFiles() =>
    [
        .. new ListenSource(_folders, InteractionQuery.All).Files
            .Select(path => new FileInfo(path))
            .Where(file => file.Exists)
            .Select(file => new LakeFile(Path.GetRelativePath(RootFolder, file.FullName), file.Length, file.LastWriteTimeUtc)),
    ];

    internal LakeFolders Folders => _folders;

    internal DuckDbDatabase Engine
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _engine.Value;
        }
    }

    internal LakeCompression Compression { get; }

    /// <summary>Writes listens, one segment for each UTC date among them. When it returns, they survive a crash or power cut.</summary>
    /// <remarks>Calls that run at the same time share segments and flushes; several processes may write.</remarks>
    /// <param name="listens">What to add. The same listens may be added again: readers see each once.</param>
    /// <param name="cancellationToken">Cancelled before the writing of these listens began, nothing is added; later it has no effect.</param>
    /// <exception cref="ArgumentException">A listen has an empty or invalid id, a play count below 1 or a share outside 0 to 1.</exception>
    /// <exception cref="IOException">The folder can't be written; the listens of some dates may have been added.</exception>
    /// <exception cref="DuckDbException">A segment can't be written, such as on a full disk; as above.</exception>
    /// <exception cref="S3Exception">The bucket can't be written; as above.</exception>
    public async Task AppendAsync(IReadOnlyList<LakeListen> listens, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(listens);
        for (var i = 0; i < listens.Count; i++)
        {
            if (LakeListenCheck.Problem(listens[i]) is { } problem)
            {
                throw new ArgumentException($"Listen {i} {problem}.", nameof(listens));
            }
        }

        if (listens.Count == 0)
        {
            return;
        }

        await _segments.AddAsync(listens, cancellationToken).ConfigureAwait(false);
        if (_mirror is not null)
        {
            await _mirror.PushListensAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads the cells of the user × item matrix: distinct listens, added up.</summary>
    /// <returns>The cells; none for an empty lake.</returns>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public Task<LakeInteractions> ReadInteractionsAsync(InteractionQuery query, CancellationToken cancellationToken = default) =>
        Task.Run(
            () => Read(
                query,
                (connection, source) => InteractionReader.Read(connection, source, query.KeepsListenTimes, _threads, cancellationToken),
                cancellationToken),
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
        return Task.Run(
            () => Read(
                InteractionQuery.All,
                (connection, source) => HistoryReader.Read(connection, source, userIds, trackIds, _threads, cancellationToken),
                cancellationToken),
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
                        source.IsOneImport
                            ? $"SELECT count(*) FROM ({source.Sql()})"
                            : $"SELECT count(*) FROM (SELECT DISTINCT user_id, track_id, listened_at FROM ({source.Sql()}))",
                        cancellationToken),
                cancellationToken),
            cancellationToken);

    /// <summary>
    /// Counts the rows of all files, listens that were added twice among them: quick whatever the size of the lake, to see whether it
    /// has grown.
    /// </summary>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public Task<long> CountRowsAsync(CancellationToken cancellationToken = default) =>
        Task.Run(
            () => Read(
                InteractionQuery.All,
                (connection, source) => source.IsEmpty
                    ? 0
                    : connection.QueryLong(
                        $"SELECT count(*) FROM read_parquet({SqlText.LiteralList(source.Files)}, hive_partitioning = false)", cancellationToken),
                cancellationToken),
            cancellationToken);

    /// <summary>Names of the imported logs, in ordinal order.</summary>
    public IReadOnlyList<string> ListImports() => _folders.ImportNames();

    /// <summary>An imported log.</summary>
    /// <returns>The log; null when there is none of that name.</returns>
    public ImportedLog? FindImport(string name) => ImportedLog.Find(this, name);

    /// <summary>
    /// Merges small segments of the same date, so that reading opens fewer files; listens that were added several times are kept
    /// once. Others may write and read meanwhile; other compactions and deletions wait for their turn. A lake in a bucket stays as it is.
    /// </summary>
    /// <param name="options">Which segments.</param>
    /// <param name="cancellationToken">Cancelled, the dates that are done stay done.</param>
    /// <exception cref="LakeCorruptException">A segment can't be read; its date is as it was.</exception>
    public Task<CompactionReport> CompactAsync(CompactionOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinSegments, 2, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxSegmentBytes, 1, nameof(options));

        // In a bucket the segments that were merged would have to go together with the appearance of the merged one.
        return _mirror is not null ? Task.FromResult(CompactionReport.Nothing) : MaintainAsync(
            connection => new SegmentCompactor(connection, _folders, Compression).Compact(options, cancellationToken),
            CompactionReport.Nothing,
            cancellationToken);
    }

    /// <summary>
    /// Deletes everything of a user from segments and imports, and counts afterwards that nothing is left. Listens of the user
    /// that are added meanwhile or later are new.
    /// </summary>
    /// <param name="userId">The producer's id of the user.</param>
    /// <param name="cancellationToken">Cancelled, a part may be deleted; call again.</param>
    /// <exception cref="LakeCorruptException">A file can't be read; the user may be in it.</exception>
    /// <exception cref="IOException">
    /// The lake can't be written, or an import was replaced meanwhile: call again. Or it is in a bucket, where this can't be done.
    /// </exception>
    public Task<UserDeletionReport> DeleteUserAsync(string userId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        if (_mirror is not null)
        {
            throw new IOException(
                $"The lake is in {Location}, where rows of a user can't be deleted. Copy it into a folder, delete there, and copy it back while nothing writes.");
        }

        return MaintainAsync(
            connection => new UserEraser(connection, _folders, Compression, userId).Erase(cancellationToken),
            new UserDeletionReport(0, 0, []),
            cancellationToken);
    }

    /// <summary>What lies in the lake. Looks at names, sizes and footers only.</summary>
    public Task<LakeStatus> ReadStatusAsync(CancellationToken cancellationToken = default) => Task.Run(
        () => Read(InteractionQuery.All, (connection, _) => LakeStatusReader.Read(this, connection, cancellationToken), cancellationToken),
        cancellationToken);

    /// <summary>Releases the engine. What was written stays.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _segments.Dispose();
        _mirror?.Dispose();
        if (_engine.IsValueCreated)
        {
            _engine.Value.Dispose();
        }
    }

    private async IAsyncEnumerable<LakeListen> ReadOrderedAsync(InteractionQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var source = new ListenSource(_folders, query);
            if (source.IsEmpty)
            {
                yield break;
            }

            await using var listens = LakeRows.ReadAsync<LakeListen>(
                Engine,
                $"SELECT user_id, track_id, listened_at, played_share, play_count FROM ({source.Sql()}) ORDER BY listened_at, user_id, track_id",
                LakeRows.ReadListens,
                (connection, failure) => source.FindUnreadableFile(connection, failure, cancellationToken),
                cancellationToken).GetAsyncEnumerator(cancellationToken);
            bool hasNext;
            try
            {
                // Ordered, so that every file was read when the first listen is there.
                hasNext = await listens.MoveNextAsync().ConfigureAwait(false);
            }
            catch (DuckDbException) when (attempt < MaxReadAttempts && source.HasChanged)
            {
                continue;
            }

            while (hasNext)
            {
                yield return listens.Current;
                hasNext = await listens.MoveNextAsync().ConfigureAwait(false);
            }

            yield break;
        }
    }

    private async Task<T> MaintainAsync<T>(Func<DuckDbConnection, T> work, T ofNoLake, CancellationToken cancellationToken)
    {
        var engine = Engine;
        if (!Directory.Exists(RootFolder))
        {
            return ofNoLake;
        }

        using var taken = await UpkeepLock.TakeAsync(_folders, cancellationToken).ConfigureAwait(false);
        return await Task.Run(
            () =>
            {
                using var connection = engine.Connect();
                return work(connection);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a staged import visible, whole, in place of the one that had its name.</summary>
    internal async Task PublishImportAsync(string name, string staged, CancellationToken cancellationToken)
    {
        if (_mirror is not null)
        {
            await _mirror.PushImportAsync(name, staged, cancellationToken).ConfigureAwait(false);
        }

        DurableFiles.MakeFolder(_folders.Imports);
        DurableFiles.ReplaceFolder(staged, _folders.Import(name));
    }

    private T Read<T>(InteractionQuery query, Func<DuckDbConnection, ListenSource, T> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        for (var attempt = 1; ; attempt++)
        {
            var source = new ListenSource(_folders, query);
            using var connection = Engine.Connect();
            try
            {
                var result = read(connection, source);
                if (!source.HasChangedImports)
                {
                    return result;
                }
            }
            catch (LakeChangedException)
            {
                // Read again below.
            }
            catch (DuckDbException failure)
            {
                if (source.FindUnreadableFile(connection, failure, cancellationToken) is { } corrupt)
                {
                    throw corrupt;
                }

                if (attempt == MaxReadAttempts || !source.HasChanged)
                {
                    throw;
                }
            }

            if (attempt == MaxReadAttempts)
            {
                throw new IOException($"The lake {RootFolder} was changed each of {MaxReadAttempts} times that it was read. Try again when imports are done.");
            }
        }
    }
}
