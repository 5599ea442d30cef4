using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Imports;

/// <summary>
/// Files to import, of which those in buckets are downloaded into the lake's staging folder for as long as they are needed. A path is
/// a file, a folder, <c>s3://bucket/key</c>, or <c>s3://bucket/prefix</c>, which stands for a folder.
/// </summary>
public sealed class S3Inputs : IDisposable
{
    private readonly string _folder;
    private readonly List<(string Local, string Original)> _fetched = [];

    private S3Inputs(string folder) => _folder = folder;

    /// <summary>All paths, local ones as they were given.</summary>
    public IReadOnlyList<string> Paths { get; private set; } = [];

    /// <summary>Downloads what lies in buckets.</summary>
    /// <param name="lake">Its staging folder is used.</param>
    /// <param name="paths">The paths.</param>
    /// <param name="s3">How buckets are reached.</param>
    /// <param name="cancellationToken">Stops the downloading; nothing remains.</param>
    /// <exception cref="LakeInputException">There is nothing at an address.</exception>
    /// <exception cref="S3Exception">A bucket can't be used.</exception>
    public static async Task<S3Inputs> FetchAsync(
        ListenLake lake, IReadOnlyList<string> paths, S3Options s3, CancellationToken cancellationToken = default)
    {
        var inputs = new S3Inputs(lake.Folders.NewStagingPath("-inputs"));
        try
        {
            var local = new List<string>();
            foreach (var path in paths)
            {
                local.Add(S3Address.IsOne(path) ? await inputs.FetchAsync(path, s3, cancellationToken).ConfigureAwait(false) : path);
            }

            inputs.Paths = local;
            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    /// <summary>The same failure, with the address where it names a downloaded file.</summary>
    public LakeInputException Explain(LakeInputException failure)
    {
        var file = _fetched.Aggregate(failure.File, (text, fetched) => text.Replace(fetched.Local, fetched.Original, StringComparison.Ordinal));
        return file == failure.File ? failure : new LakeInputException(file, failure.Problem, failure.Remedy, failure.Line, failure);
    }

    /// <summary>Removes what was downloaded.</summary>
    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task<string> FetchAsync(string path, S3Options s3, CancellationToken cancellationToken)
    {
        if (!S3Address.TryParse(path, out var address) || address.Prefix.Length == 0)
        {
            throw new LakeInputException(path, "names no object", "Write s3://BUCKET/KEY or s3://BUCKET/PREFIX");
        }

        using var bucket = new S3Bucket(address, s3);

        // Its last part is the name of the file or folder, which formats may look at.
        var local = Path.Combine(_folder, $"{_fetched.Count}", address.Prefix.Split('/')[^1]);
        Directory.CreateDirectory(Path.GetDirectoryName(local)!);
        _fetched.Add((local, path.TrimEnd('/')));
        if (await bucket.DownloadAsync(address.Prefix, local, cancellationToken).ConfigureAwait(false))
        {
            return local;
        }

        var count = 0;
        File.Delete(local);
        await foreach (var item in bucket.ListAsync("", cancellationToken).ConfigureAwait(false))
        {
            var target = Path.GetFullPath(Path.Combine(local, item.Key[(address.Prefix.Length + 1)..]));
            if (item.Key.EndsWith('/') || !target.StartsWith(local + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            count += await bucket.DownloadAsync(item.Key, target, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }

        return count > 0 ? local : throw new LakeInputException(path, "there is no such object, and none below it", "Check the bucket and the key");
    }
}
