using System.Text.Json;

namespace RecSys.Lake.Storage;

/// <summary>
/// Keeps a lake's folder and its bucket the same: the engine reads files, so what lies in the bucket is downloaded before it is
/// read, and what was written is uploaded before anybody is told that it is durable. Segments are objects under the same names. An
/// import is a set of objects under a name used once, and <c>imports/NAME/current.json</c>, written last, says which one counts.
/// </summary>
/// <param name="folders">The folder, which may be shared by several processes.</param>
/// <param name="bucket">The bucket.</param>
internal sealed class LakeMirror(LakeFolders folders, S3Bucket bucket) : IDisposable
{
    private const string Listens = "listens/";
    private const string Imports = "imports/";
    private const string MarkerFile = "current.json";
    private const int Parallel = 8;

    // One at a time: calls that wait meanwhile find their files uploaded by the one before.
    private readonly SemaphoreSlim _turn = new(1);

    // What is known to be the same on both sides, by relative path: one small file each, so that processes which share the folder
    // never overwrite each other's knowledge.
    private string KnownFolder => Path.Combine(folders.Root, ".mirror");

    /// <summary>Brings the folder up to date with the bucket.</summary>
    /// <exception cref="S3Exception">The bucket can't be used.</exception>
    public async Task PullAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            DurableFiles.MakeFolder(folders.Staging);
            await PullListensAsync(cancellationToken).ConfigureAwait(false);
            await PullImportsAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Asks the bucket for what it holds, so that a wrong name or key is found before there is something to write.</summary>
    /// <inheritdoc cref="PullAsync" path="/exception"/>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in bucket.ListAsync("", cancellationToken).ConfigureAwait(false))
        {
            return;
        }
    }

    /// <summary>
    /// Uploads the segments that are not in the bucket yet, and removes them here: who reads downloads them, and who only writes
    /// needs no room for them.
    /// </summary>
    /// <inheritdoc cref="PullAsync" path="/exception"/>
    public async Task PushListensAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var file in folders.ListenSegments(DateOnly.MinValue, DateOnly.MaxValue))
            {
                var relative = Relative(file);
                if (!File.Exists(KnownFile(relative)))
                {
                    await bucket.UploadAsync(bucket.Address.KeyOf(relative), file, cancellationToken).ConfigureAwait(false);
                    File.Delete(file);
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes a staged import the one that counts, in the bucket.</summary>
    /// <inheritdoc cref="PullAsync" path="/exception"/>
    public async Task PushImportAsync(string name, string staged, CancellationToken cancellationToken)
    {
        var set = Guid.CreateVersion7().ToString("N");
        var files = Directory.GetFiles(staged).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal).ToArray();
        var former = await ReadMarkerAsync(MarkerKey(name), cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var file in files)
            {
                await bucket.UploadAsync(ObjectKey(name, set, file), Path.Combine(staged, file), cancellationToken).ConfigureAwait(false);
            }

            await bucket.WriteAsync(MarkerKey(name), JsonSerializer.SerializeToUtf8Bytes(new Marker(set, files)), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await TryDeleteAsync(name, new Marker(set, files)).ConfigureAwait(false);
            throw;
        }

        await File.WriteAllTextAsync(Path.Combine(staged, MarkerFile), set, CancellationToken.None).ConfigureAwait(false);
        if (former is not null)
        {
            await TryDeleteAsync(name, former).ConfigureAwait(false);
        }
    }

    public override string ToString() => bucket.Address.ToString();

    public void Dispose()
    {
        bucket.Dispose();
        _turn.Dispose();
    }

    private async Task PullListensAsync(CancellationToken cancellationToken)
    {
        var there = new Dictionary<string, S3Object>(StringComparer.Ordinal);
        await foreach (var item in bucket.ListAsync(Listens, cancellationToken).ConfigureAwait(false))
        {
            var relative = item.Key[bucket.Address.KeyOf("").Length..];
            if (IsSegment(relative))
            {
                there[relative] = item;
            }
        }

        await System.Threading.Tasks.Parallel.ForEachAsync(
            there.Where(item => !File.Exists(PathOf(item.Key)) || ReadKnown(item.Key) != Known(item.Value.Bytes, item.Value.ETag)),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (item, token) =>
            {
                var staged = folders.NewStagingPath(".parquet");
                try
                {
                    if (await bucket.DownloadAsync(item.Value.Key, staged, token).ConfigureAwait(false))
                    {
                        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(item.Key))!);
                        File.Move(staged, PathOf(item.Key), overwrite: true);
                        Know(item.Key, item.Value.Bytes, item.Value.ETag);
                    }
                }
                finally
                {
                    File.Delete(staged);
                }
            }).ConfigureAwait(false);

        // What was in the bucket and is no more was removed there. What never was waits for its upload.
        foreach (var file in folders.ListenSegments(DateOnly.MinValue, DateOnly.MaxValue))
        {
            var relative = Relative(file);
            if (!there.ContainsKey(relative) && File.Exists(KnownFile(relative)))
            {
                File.Delete(file);
                File.Delete(KnownFile(relative));
            }
        }
    }

    private async Task PullImportsAsync(CancellationToken cancellationToken)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var item in bucket.ListAsync(Imports, cancellationToken).ConfigureAwait(false))
        {
            var parts = item.Key[bucket.Address.KeyOf(Imports).Length..].Split('/');
            if (parts is [var name, MarkerFile] && LakeFolders.IsImportName(name))
            {
                names.Add(name);
                await PullImportAsync(name, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var name in folders.ImportNames().Where(name => !names.Contains(name)))
        {
            Directory.Delete(folders.Import(name), recursive: true);
        }
    }

    private async Task PullImportAsync(string name, CancellationToken cancellationToken)
    {
        while (await ReadMarkerAsync(MarkerKey(name), cancellationToken).ConfigureAwait(false) is { } marker && LocalSet(name) != marker.Set)
        {
            var staged = folders.NewStagingPath("");
            try
            {
                Directory.CreateDirectory(staged);
                if (await DownloadAsync(name, marker, staged, cancellationToken).ConfigureAwait(false))
                {
                    await File.WriteAllTextAsync(Path.Combine(staged, MarkerFile), marker.Set, cancellationToken).ConfigureAwait(false);
                    DurableFiles.MakeFolder(folders.Imports);
                    DurableFiles.ReplaceFolder(staged, folders.Import(name));
                }
            }
            finally
            {
                if (Directory.Exists(staged))
                {
                    Directory.Delete(staged, recursive: true);
                }
            }
        }
    }

    // False when the set was replaced meanwhile, so that its objects are gone.
    private async Task<bool> DownloadAsync(string name, Marker marker, string staged, CancellationToken cancellationToken)
    {
        foreach (var file in marker.Files)
        {
            // A name from the bucket must not lead out of the folder.
            if (Path.GetFileName(file) != file
                || !await bucket.DownloadAsync(ObjectKey(name, marker.Set, file), Path.Combine(staged, file), cancellationToken).ConfigureAwait(false))
            {
                var now = await ReadMarkerAsync(MarkerKey(name), cancellationToken).ConfigureAwait(false);
                return now?.Set != marker.Set
                    ? false
                    : throw new LakeCorruptException($"{bucket.Address}/{Imports}{name}/{MarkerFile}", $"it names {file}, which is not there", new FileNotFoundException(file));
            }
        }

        return true;
    }

    // The import is whole without: an object that stays only costs space.
    private async Task TryDeleteAsync(string name, Marker marker)
    {
        try
        {
            foreach (var file in marker.Files)
            {
                await bucket.DeleteAsync(ObjectKey(name, marker.Set, file), CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (S3Exception)
        {
        }
    }

    private async Task<Marker?> ReadMarkerAsync(string key, CancellationToken cancellationToken)
    {
        if (await bucket.ReadAsync(key, cancellationToken).ConfigureAwait(false) is not { } json)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<Marker>(json) is { Set: not null, Files: not null } marker
                ? marker
                : throw new JsonException("it names no files");
        }
        catch (JsonException exception)
        {
            throw new LakeCorruptException($"s3://{bucket.Address.Bucket}/{key}", exception.Message, exception);
        }
    }

    private string? LocalSet(string name)
    {
        var file = Path.Combine(folders.Import(name), MarkerFile);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    private static bool IsSegment(string relative) =>
        relative.EndsWith(".parquet", StringComparison.Ordinal) && relative.Split('/') is [_, var date, var file]
        && date.Length > 0 && date != ".." && date != "." && file.Length > ".parquet".Length;

    private static string Known(long bytes, string tag) => $"{bytes} {tag}";

    private void Know(string relative, long bytes, string tag)
    {
        var file = KnownFile(relative);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, Known(bytes, tag));
    }

    private string? ReadKnown(string relative) => File.Exists(KnownFile(relative)) ? File.ReadAllText(KnownFile(relative)) : null;

    private string KnownFile(string relative) => Path.Combine(KnownFolder, relative);

    private string PathOf(string relative) => Path.Combine(folders.Root, relative);

    private string Relative(string file) => Path.GetRelativePath(folders.Root, file).Replace(Path.DirectorySeparatorChar, '/');

    private string MarkerKey(string name) => bucket.Address.KeyOf($"{Imports}{name}/{MarkerFile}");

    private string ObjectKey(string name, string set, string file) => bucket.Address.KeyOf($"{Imports}{name}/{set}/{file}");

    /// <summary>Which objects are the import.</summary>
    private sealed record Marker(string Set, string[] Files);
}
