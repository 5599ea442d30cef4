using RecSys.Data.Segments;

namespace RecSys.Lake.Storage;

/// <summary>
/// The files of a lake, in a folder or in a bucket of which a folder keeps copies. A file is written once under a name of its own and
/// never changed, so that a copy is right for ever. Whether a file counts is for the catalogue to say.
/// </summary>
/// <param name="folders">The lake's folder; for a lake in a bucket, where its copies are.</param>
/// <param name="bucket">The bucket; null for a lake in a folder.</param>
internal sealed class LakeFiles(LakeFolders folders, S3Bucket? bucket) : IDisposable
{
    private const int ParallelDownloads = 8;

    public string Location => bucket?.Address.ToString() ?? folders.Root;

    /// <summary>Makes sure that files can be written.</summary>
    /// <exception cref="IOException">The folder or the bucket can't be used.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folders.Root);
        var probe = Path.Combine(folders.Root, $".probe-{Guid.NewGuid():N}");
        await File.Create(probe, bufferSize: 1, FileOptions.DeleteOnClose).DisposeAsync().ConfigureAwait(false);
        if (bucket is not null)
        {
            await foreach (var _ in bucket.ListAsync("", cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>Gives a finished file, whose content is on the disk, its place. When it returns, the file survives a crash.</summary>
    /// <exception cref="IOException">The folder or the bucket can't be written; nothing was left behind.</exception>
    public async Task PlaceAsync(string staged, string relative, CancellationToken cancellationToken)
    {
        if (bucket is not null)
        {
            await bucket.UploadAsync(bucket.Address.KeyOf(relative), staged, cancellationToken).ConfigureAwait(false);
            File.Delete(staged);
            return;
        }

        var target = folders.PathOf(relative);
        DurableFiles.MakeFolder(Path.GetDirectoryName(target)!);
        File.Move(staged, target);
        DurableFiles.FlushFolder(Path.GetDirectoryName(target)!);
    }

    /// <summary>The same for a folder of files.</summary>
    /// <exception cref="IOException">The folder or the bucket can't be written; nothing was left behind.</exception>
    public async Task PlaceFolderAsync(string staged, string relative, CancellationToken cancellationToken)
    {
        if (bucket is null)
        {
            foreach (var file in Directory.EnumerateFiles(staged))
            {
                DurableFiles.FlushFile(file);
            }

            DurableFiles.FlushFolder(staged);
            DurableFiles.MakeFolder(Path.GetDirectoryName(folders.PathOf(relative))!);
            Directory.Move(staged, folders.PathOf(relative));
            DurableFiles.FlushFolder(Path.GetDirectoryName(folders.PathOf(relative))!);
            return;
        }

        var uploaded = new List<string>();
        try
        {
            foreach (var file in Directory.EnumerateFiles(staged).Order(StringComparer.Ordinal))
            {
                uploaded.Add(bucket.Address.KeyOf($"{relative}/{Path.GetFileName(file)}"));
                await bucket.UploadAsync(uploaded[^1], file, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            await TryDeleteAsync(uploaded).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes sure that the files of segments are in the folder.</summary>
    /// <exception cref="S3Exception">The bucket can't be used.</exception>
    /// <exception cref="LakeCorruptException">A file is gone.</exception>
    public async Task FetchAsync(IEnumerable<SegmentRow> segments, CancellationToken cancellationToken)
    {
        if (bucket is null)
        {
            return;
        }

        DurableFiles.MakeFolder(folders.Staging);
        await Parallel.ForEachAsync(
            segments.Where(segment => !Path.Exists(folders.PathOf(segment.Path))),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelDownloads, CancellationToken = cancellationToken },
            async (segment, token) =>
            {
                var staged = folders.NewStagingPath("");
                try
                {
                    await FetchAsync(segment, staged, token).ConfigureAwait(false);
                }
                finally
                {
                    Remove(staged);
                }
            }).ConfigureAwait(false);
    }

    /// <summary>Removes copies of files that the catalogue doesn't know any more.</summary>
    public void Evict(IReadOnlySet<string> known)
    {
        if (bucket is not null)
        {
            foreach (var (relative, _) in ListFolder().Where(file => !known.Contains(file.Relative)).ToArray())
            {
                Remove(folders.PathOf(relative));
            }
        }
    }

    /// <summary>Removes the files of a segment. Those that are gone are gone.</summary>
    /// <exception cref="IOException">They can't be removed.</exception>
    public async Task RemoveAsync(SegmentRow segment, CancellationToken cancellationToken)
    {
        foreach (var key in bucket is null ? [] : KeysOf(segment))
        {
            await bucket!.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        }

        Remove(folders.PathOf(segment.Path));
    }

    /// <summary>Removes files whose path the catalogue doesn't know and that were written before a time: what was interrupted.</summary>
    /// <returns>How many segments.</returns>
    /// <exception cref="IOException">They can't be listed or removed.</exception>
    public async Task<int> RemoveUnknownAsync(IReadOnlySet<string> known, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var removed = 0;
        if (bucket is null)
        {
            foreach (var (relative, writtenAt) in ListFolder().Where(file => file.WrittenAt < before && !known.Contains(file.Relative)).ToArray())
            {
                Remove(folders.PathOf(relative));
                removed++;
            }

            return removed;
        }

        foreach (var root in (string[])[.. LakeFolders.OfSegments, LakeFolders.Imports])
        {
            await foreach (var item in bucket.ListAsync(root + "/", cancellationToken).ConfigureAwait(false))
            {
                var relative = item.Key[bucket.Address.KeyOf("").Length..];
                var owner = root == LakeFolders.Imports && relative.Split('/') is [var imports, var name, var set, _] ? $"{imports}/{name}/{set}" : relative;
                if (item.WrittenAt < before && !known.Contains(owner))
                {
                    await bucket.DeleteAsync(item.Key, cancellationToken).ConfigureAwait(false);
                    removed++;
                }
            }
        }

        return removed;
    }

    public void Dispose() => bucket?.Dispose();

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    private static IEnumerable<string> FilesOf(SegmentRow segment) => segment.Files.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private IEnumerable<string> KeysOf(SegmentRow segment) => segment.Kind == SegmentKind.Import
        ? FilesOf(segment).Select(file => bucket!.Address.KeyOf($"{segment.Path}/{file}"))
        : [bucket!.Address.KeyOf(segment.Path)];

    private async Task FetchAsync(SegmentRow segment, string staged, CancellationToken cancellationToken)
    {
        var target = folders.PathOf(segment.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (segment.Kind != SegmentKind.Import)
        {
            await DownloadAsync(segment.Path, staged, cancellationToken).ConfigureAwait(false);
            File.Move(staged, target, overwrite: true);
            return;
        }

        Directory.CreateDirectory(staged);
        foreach (var file in FilesOf(segment))
        {
            await DownloadAsync($"{segment.Path}/{file}", Path.Combine(staged, file), cancellationToken).ConfigureAwait(false);
        }

        try
        {
            Directory.Move(staged, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // Another process that shares the folder was faster.
        }
    }

    private async Task DownloadAsync(string relative, string file, CancellationToken cancellationToken)
    {
        if (!await bucket!.DownloadAsync(bucket.Address.KeyOf(relative), file, cancellationToken).ConfigureAwait(false))
        {
            throw new LakeCorruptException($"{bucket.Address}/{relative}", "it is not there", new FileNotFoundException(relative));
        }
    }

    private async Task TryDeleteAsync(IEnumerable<string> keys)
    {
        try
        {
            foreach (var key in keys)
            {
                await bucket!.DeleteAsync(key, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (S3Exception)
        {
            // They are removed once they are old: no row names them.
        }
    }

    private IEnumerable<(string Relative, DateTimeOffset WrittenAt)> ListFolder()
    {
        foreach (var root in LakeFolders.OfSegments)
        {
            foreach (var file in FoldersOf(root).SelectMany(folder => folder.EnumerateFiles("*.parquet")))
            {
                yield return ($"{root}/{file.Directory!.Name}/{file.Name}", file.LastWriteTimeUtc);
            }
        }

        foreach (var import in FoldersOf(LakeFolders.Imports))
        {
            foreach (var set in import.EnumerateDirectories())
            {
                yield return ($"{LakeFolders.Imports}/{import.Name}/{set.Name}", set.LastWriteTimeUtc);
            }
        }
    }

    private IEnumerable<DirectoryInfo> FoldersOf(string relative)
    {
        var folder = new DirectoryInfo(folders.PathOf(relative));
        return folder.Exists ? folder.EnumerateDirectories() : [];
    }
}
