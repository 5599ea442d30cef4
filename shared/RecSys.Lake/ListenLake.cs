using RecSys.Lake.Storage;

namespace RecSys.Lake;

/// <summary>
/// The lake of listens in a folder or a bucket: Parquet segments that any Parquet reader understands. Several processes may write
/// and read it at the same time. Nothing is made or read before the first call.
/// </summary>
public sealed class ListenLake : IDisposable
{
    private readonly LakeFolders _folders;
    private readonly LakeMirror? _mirror;
    private readonly SegmentQueue _segments;

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
        _mirror = mirror?.Invoke(_folders);
        Compression = options.Compression;
        EngineOptions = options;
        _segments = new SegmentQueue(new SegmentWriter(_folders, options.Compression));
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
    public bool IsEmpty => !AllFiles().Any();

    /// <summary>
    /// The files of listens that there are, imports included. They are replaced, never changed: the same files are the same listens.
    /// </summary>
    public IReadOnlyList<LakeFile> ListFiles() =>
    [
        .. AllFiles()
            .Select(path => new FileInfo(path))
            .Where(file => file.Exists)
            .Select(file => new LakeFile(Path.GetRelativePath(RootFolder, file.FullName), file.Length, file.LastWriteTimeUtc)),
    ];

    internal LakeFolders Folders => _folders;

    /// <summary>Whether the lake is in a bucket, which its folder mirrors.</summary>
    internal bool IsInBucket => _mirror is not null;

    internal LakeEngineOptions EngineOptions { get; }

    internal LakeCompression Compression { get; }

    /// <summary>Writes listens, one segment for each UTC date among them. When it returns, they survive a crash or power cut.</summary>
    /// <remarks>Calls that run at the same time share segments and flushes; several processes may write.</remarks>
    /// <param name="listens">What to add. The same listens may be added again: readers see each once.</param>
    /// <param name="cancellationToken">Cancelled before the writing of these listens began, nothing is added; later it has no effect.</param>
    /// <exception cref="ArgumentException">A listen has an empty or invalid id, a play count below 1 or a share outside 0 to 1.</exception>
    /// <exception cref="IOException">The folder can't be written, or the disk is full; the listens of some dates may have been added.</exception>
    /// <exception cref="S3Exception">The bucket can't be written; as above.</exception>
    public async Task AppendAsync(IReadOnlyList<LakeListen> listens, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(listens);
        for (var i = 0; i < listens.Count; i++)
        {
            if (listens[i].Problem is { } problem)
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

    /// <summary>Names of the imported logs, in ordinal order.</summary>
    public IReadOnlyList<string> ListImports() => _folders.ImportNames();

    /// <summary>Ends the use of the lake. What was written stays.</summary>
    public void Dispose()
    {
        _segments.Dispose();
        _mirror?.Dispose();
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

    private IEnumerable<string> AllFiles() =>
        _folders.ListenSegments(DateOnly.MinValue, DateOnly.MaxValue).Concat(_folders.ImportedListens());
}

/// <summary>A file of listens.</summary>
/// <param name="Path">Where it is within the lake's folder.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="WrittenAt">When it was written, UTC.</param>
public sealed record LakeFile(string Path, long Length, DateTime WrittenAt);

/// <summary>A file of the lake can't be read. Nothing of it was used.</summary>
public sealed class LakeCorruptException : Exception
{
    internal LakeCorruptException(string file, string reason, Exception inner)
        : base($"The lake's file {file} can't be read: {FirstLine(reason)}. Restore it, or move it out of the lake to go on without it.", inner) =>
        File = file;

    /// <summary>Full name of the file.</summary>
    public string File { get; }

    private static string FirstLine(string reason) => reason.AsSpan().TrimStart() is var text && text.IndexOf('\n') is var end and >= 0
        ? text[..end].TrimEnd(" .\r").ToString()
        : text.TrimEnd(" .").ToString();
}
