using RecSys.Data.Deletions;
using RecSys.Data.Segments;
using RecSys.Lake.Storage;

namespace RecSys.Lake;

/// <summary>
/// The lake of listens and exposures in a folder or a bucket: Parquet segments that any Parquet reader understands, and a catalogue that says which of
/// them count. Several processes may write and read it at the same time. Nothing is made or read before the first call.
/// </summary>
public sealed class ListenLake : IDisposable
{
    // Longer than any transaction that adds a row takes.
    private static readonly TimeSpan UnfinishedFor = TimeSpan.FromHours(1);

    private readonly ISegmentCatalogue _catalogue;
    private readonly LakeFiles _files;
    private readonly SegmentWriter<LakeListen> _writer;
    private readonly SegmentWriter<LakeExposure> _exposureWriter;
    private readonly SegmentQueue _queue;

    /// <summary>A lake in a folder that only this object knows: what it holds is forgotten with it.</summary>
    public ListenLake(string rootFolder, LakeEngineOptions? options = null)
        : this(rootFolder, new MemorySegmentCatalogue(), options)
    {
    }

    /// <summary>A lake in a folder, which is made by the first write.</summary>
    public ListenLake(string rootFolder, ISegmentCatalogue catalogue, LakeEngineOptions? options = null)
        : this(rootFolder, null, catalogue, options)
    {
    }

    private ListenLake(string rootFolder, S3Bucket? bucket, ISegmentCatalogue catalogue, LakeEngineOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(rootFolder);
        options ??= new LakeEngineOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MemoryLimitBytes, nameof(options));
        EngineOptions = options;
        Folders = new LakeFolders(rootFolder);
        _catalogue = catalogue;
        _files = new LakeFiles(Folders, bucket);
        _writer = new SegmentWriter<LakeListen>(new ListenColumns(), Folders, _files, options.Compression);
        _exposureWriter = new SegmentWriter<LakeExposure>(new ExposureColumns(), Folders, _files, options.Compression);
        _queue = new SegmentQueue(WriteAndAddAsync);
    }

    /// <summary>
    /// The lake of the settings: in a folder, or in a bucket of which a folder keeps copies. Nothing is made or asked before the first call.
    /// </summary>
    public static ListenLake Open(LakeOptions options, S3Options s3, ISegmentCatalogue catalogue) => S3Address.TryParse(options.Root, out var address)
        ? new ListenLake(Path.Combine(options.Cache, address.Bucket, address.Prefix), new S3Bucket(address, s3), catalogue, options.ToEngineOptions())
        : new ListenLake(options.Root, null, catalogue, options.ToEngineOptions());

    /// <summary>Where the lake is, for people: its folder or its bucket.</summary>
    public string Location => _files.Location;

    /// <summary>The lake's folder, as a full path; of a lake in a bucket, the one with copies of its files.</summary>
    public string RootFolder => Folders.Root;

    internal LakeFolders Folders { get; }

    internal LakeEngineOptions EngineOptions { get; }

    internal LakeCompression Compression => EngineOptions.Compression;

    /// <summary>Makes sure that the lake can be written.</summary>
    /// <exception cref="IOException">The folder or the bucket can't be used.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public Task CheckAccessAsync(CancellationToken cancellationToken = default) => _files.CheckAsync(cancellationToken);

    /// <summary>What the lake holds now, to read. Its files are in the folder when this returns, and stay until it is disposed.</summary>
    /// <exception cref="IOException">The bucket can't be used.</exception>
    /// <exception cref="LakeCorruptException">A file is gone from the bucket.</exception>
    /// <exception cref="Data.DatabaseUnavailableException">The catalogue's database does not answer.</exception>
    public Task<LakeSnapshot> OpenAsync(CancellationToken cancellationToken = default) => OpenAsync(_ => true, cancellationToken);

    /// <summary>The same, of which only some segments and imports will be read: only their files are in the folder when this returns.</summary>
    /// <inheritdoc cref="OpenAsync(CancellationToken)" path="/exception"/>
    public async Task<LakeSnapshot> OpenAsync(Func<SegmentRow, bool> isRead, CancellationToken cancellationToken)
    {
        var snapshot = new LakeSnapshot(Folders, await _catalogue.HoldAsync(cancellationToken).ConfigureAwait(false));
        try
        {
            await _files.FetchAsync(snapshot.Segments.Where(isRead), cancellationToken).ConfigureAwait(false);
            return snapshot;
        }
        catch
        {
            await snapshot.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What the lake holds now, to look at: no file is opened or fetched.</summary>
    /// <exception cref="Data.DatabaseUnavailableException">The catalogue's database does not answer.</exception>
    public Task<IReadOnlyList<SegmentRow>> ListAsync(CancellationToken cancellationToken = default) => _catalogue.ListAsync(cancellationToken);

    /// <summary>The same of its listens alone, ingested and imported.</summary>
    /// <exception cref="Data.DatabaseUnavailableException">The catalogue's database does not answer.</exception>
    public async Task<IReadOnlyList<SegmentRow>> ListListensAsync(CancellationToken cancellationToken = default) =>
        [.. (await ListAsync(cancellationToken).ConfigureAwait(false)).Where(segment => segment.HoldsListens)];

    /// <summary>Paths of segments and imports that are part of the lake no more, and whose files are still there.</summary>
    /// <exception cref="Data.DatabaseUnavailableException">The catalogue's database does not answer.</exception>
    public async Task<IReadOnlySet<string>> ListRemovedAsync(CancellationToken cancellationToken = default)
    {
        var paths = (await _catalogue.ListPathsAsync(cancellationToken).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
        paths.ExceptWith((await _catalogue.ListAsync(cancellationToken).ConfigureAwait(false)).Select(segment => segment.Path));
        return paths;
    }

    /// <summary>Everybody who was deleted, to be kept out of what is added.</summary>
    /// <exception cref="Data.DatabaseUnavailableException">The catalogue's database does not answer.</exception>
    internal Task<DeletedUsers> ReadDeletedAsync(CancellationToken cancellationToken) => _catalogue.ReadDeletedAsync(cancellationToken);

    /// <summary>Names of the imported logs, in ordinal order.</summary>
    /// <exception cref="Data.DatabaseUnavailableException">The catalogue's database does not answer.</exception>
    public async Task<IReadOnlyList<string>> ListImportsAsync(CancellationToken cancellationToken = default) =>
        [.. (await ListAsync(cancellationToken).ConfigureAwait(false)).Where(segment => segment.Kind == SegmentKind.Import).Select(import => import.Name).Order(StringComparer.Ordinal)];

    /// <summary>
    /// Writes listens into one segment that is not yet part of the lake: whoever adds its row to the catalogue makes it one. When it
    /// returns, the file survives a crash or power cut; one whose row is never added is removed after a while.
    /// </summary>
    /// <param name="listens">At least one.</param>
    /// <param name="cancellationToken">Ends the writing; nothing is left behind.</param>
    /// <exception cref="ArgumentException">A listen has an empty or invalid id, a play count below 1 or a share outside 0 to 1.</exception>
    /// <exception cref="IOException">The folder or bucket can't be written, or the disk is full; nothing was left behind.</exception>
    public Task<SegmentRow> WriteAsync(IReadOnlyList<LakeListen> listens, CancellationToken cancellationToken = default)
    {
        Check(listens);
        ArgumentOutOfRangeException.ThrowIfZero(listens.Count, nameof(listens));
        return _writer.WriteAsync(listens, cancellationToken);
    }

    /// <summary>The same for exposures.</summary>
    /// <exception cref="ArgumentException">An exposure has an empty or invalid id, a rank below 1, or a score or propensity out of its range.</exception>
    /// <exception cref="IOException">The folder or bucket can't be written, or the disk is full; nothing was left behind.</exception>
    public Task<SegmentRow> WriteAsync(IReadOnlyList<LakeExposure> exposures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(exposures);
        ArgumentOutOfRangeException.ThrowIfZero(exposures.Count, nameof(exposures));
        for (var i = 0; i < exposures.Count; i++)
        {
            if (exposures[i].Problem is { } problem)
            {
                throw new ArgumentException($"Exposure {i} {problem}.", nameof(exposures));
            }
        }

        return _exposureWriter.WriteAsync(exposures, cancellationToken);
    }

    /// <summary>Removes the file of a segment that did not become part of the lake.</summary>
    /// <exception cref="IOException">It can't be removed.</exception>
    public Task DiscardAsync(SegmentRow segment, CancellationToken cancellationToken = default) => _files.RemoveAsync(segment, cancellationToken);

    /// <summary>Writes listens and makes them part of the lake. When it returns, they survive a crash or power cut.</summary>
    /// <remarks>Calls that run at the same time share segments and flushes; several processes may write.</remarks>
    /// <param name="listens">What to add, but for what a deletion holds for. The same listens may be added again: readers see each once.</param>
    /// <param name="cancellationToken">Cancelled before the writing of these listens began, nothing is added; later it has no effect.</param>
    /// <exception cref="ArgumentException">A listen has an empty or invalid id, a play count below 1 or a share outside 0 to 1.</exception>
    /// <exception cref="IOException">The folder or bucket can't be written, or the disk is full; nothing was added.</exception>
    /// <exception cref="Data.DatabaseUnavailableException">The catalogue's database does not answer; whether they were added is not known.</exception>
    public async Task AppendAsync(IReadOnlyList<LakeListen> listens, CancellationToken cancellationToken = default)
    {
        Check(listens);
        if (listens.Count > 0)
        {
            await _queue.AddAsync(listens, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Removes files that are part of the lake no more and that nobody reads, and those that never became a part of it: what an
    /// interrupted process left.
    /// </summary>
    /// <param name="grace">
    /// What was removed later than this ago stays. What never became a part stays for an hour at least: its writer may be about to make it one.
    /// </param>
    /// <param name="cancellationToken">Ends the removing; call again.</param>
    /// <returns>How many segments and imports.</returns>
    /// <exception cref="IOException">Files can't be removed.</exception>
    /// <exception cref="Data.DatabaseUnavailableException">The catalogue's database does not answer.</exception>
    public Task<int> SweepAsync(TimeSpan grace, CancellationToken cancellationToken = default) =>
        SweepAsync(grace, grace > UnfinishedFor ? grace : UnfinishedFor, cancellationToken);

    /// <summary>The same with a time of its own for what never became a part.</summary>
    internal async Task<int> SweepAsync(TimeSpan grace, TimeSpan unfinishedFor, CancellationToken cancellationToken)
    {
        var removable = await _catalogue.ListRemovableAsync(grace, cancellationToken).ConfigureAwait(false);
        foreach (var segment in removable)
        {
            await _files.RemoveAsync(segment, cancellationToken).ConfigureAwait(false);
        }

        if (removable.Count > 0)
        {
            await _catalogue.ForgetAsync([.. removable.Select(segment => segment.Path)], cancellationToken).ConfigureAwait(false);
        }

        var before = DateTimeOffset.UtcNow - unfinishedFor;
        var known = await _catalogue.ListPathsAsync(cancellationToken).ConfigureAwait(false);
        _files.Evict(known);
        return removable.Count + await _files.RemoveUnknownAsync(known, before, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the use of the lake. What was added stays.</summary>
    public void Dispose()
    {
        _queue.Dispose();
        _writer.Dispose();
        _exposureWriter.Dispose();
        _files.Dispose();
    }

    /// <summary>Puts finished files in the place of segments and imports, in one step.</summary>
    /// <param name="staged">The files, or the folders of imports, and the rows that they get. They are moved.</param>
    /// <param name="removed">What they replace.</param>
    /// <param name="cancellationToken">Ends it; nothing was changed.</param>
    /// <param name="heededDeletions">For new listens: the number of the newest deletion of which they have nobody; null for those of the lake.</param>
    /// <returns>False, and nothing changed, when somebody else replaced one of them meanwhile.</returns>
    /// <exception cref="IOException">The folder or bucket can't be written, or somebody was deleted meanwhile; nothing was changed.</exception>
    internal async Task<bool> ReplaceAsync(
        IReadOnlyList<(string File, SegmentRow Row)> staged,
        IReadOnlyList<SegmentRow> removed,
        CancellationToken cancellationToken,
        long? heededDeletions = null)
    {
        foreach (var (file, row) in staged)
        {
            if (row.Kind == SegmentKind.Import)
            {
                await _files.PlaceFolderAsync(file, row.Path, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                DurableFiles.FlushFile(file);
                await _files.PlaceAsync(file, row.Path, cancellationToken).ConfigureAwait(false);
            }
        }

        try
        {
            if (await _catalogue.SwapAsync(
                [.. staged.Select(segment => segment.Row)], [.. removed.Select(segment => segment.Path)], cancellationToken, heededDeletions).ConfigureAwait(false))
            {
                return true;
            }
        }
        catch (UserDeletedMeanwhileException exception)
        {
            await RemoveAsync().ConfigureAwait(false);
            throw new IOException("A person was deleted while the listens were read, who may be among them. Nothing was added: do it again.", exception);
        }

        await RemoveAsync().ConfigureAwait(false);
        return false;

        async Task RemoveAsync()
        {
            foreach (var (_, row) in staged)
            {
                await _files.RemoveAsync(row, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Makes a staged import part of the lake, whole, in place of the one that had its name.</summary>
    /// <param name="name">The import's name.</param>
    /// <param name="staged">The folder with its files, which is moved.</param>
    /// <param name="rows">Its listens.</param>
    /// <param name="heededDeletions">The number of the newest deletion of which it has nobody.</param>
    /// <param name="cancellationToken">Ends it; nothing was changed.</param>
    /// <exception cref="IOException">
    /// The folder or bucket can't be written, imports of this name come one after the other, or somebody was deleted meanwhile; nothing was
    /// changed.
    /// </exception>
    internal async Task PublishImportAsync(string name, string staged, long rows, long heededDeletions, CancellationToken cancellationToken)
    {
        var names = Directory.GetFiles(staged).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal).ToArray();
        var bytes = names.Sum(file => new FileInfo(Path.Combine(staged, file)).Length);
        var former = (await ListAsync(cancellationToken).ConfigureAwait(false)).Where(segment => segment.Kind == SegmentKind.Import && segment.Name == name).ToArray();
        var row = new SegmentRow(
            LakeFolders.NewImport(name), SegmentKind.Import, name, string.Join('\n', names), rows, bytes, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        if (!await ReplaceAsync([(staged, row)], former, cancellationToken, heededDeletions).ConfigureAwait(false))
        {
            throw new IOException($"The import {name} was replaced by somebody else meanwhile. Import again, or under another name.");
        }
    }

    private static void Check(IReadOnlyList<LakeListen> listens)
    {
        ArgumentNullException.ThrowIfNull(listens);
        for (var i = 0; i < listens.Count; i++)
        {
            if (listens[i].Problem is { } problem)
            {
                throw new ArgumentException($"Listen {i} {problem}.", nameof(listens));
            }
        }
    }

    private async Task WriteAndAddAsync(IReadOnlyList<LakeListen> listens)
    {
        while (true)
        {
            var deleted = await _catalogue.ReadDeletedAsync(CancellationToken.None).ConfigureAwait(false);
            var stay = deleted.IsEmpty ? listens : [.. listens.Where(listen => !deleted.Covers(listen.UserId, listen.ListenedAt))];
            if (stay.Count == 0)
            {
                return;
            }

            var segment = await _writer.WriteAsync(stay, CancellationToken.None).ConfigureAwait(false);
            try
            {
                await _catalogue.SwapAsync([segment], [], CancellationToken.None, deleted.Number).ConfigureAwait(false);
                return;
            }
            catch (UserDeletedMeanwhileException)
            {
                await DiscardAsync(segment, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }
}

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
