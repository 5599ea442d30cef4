using RecSys.Lake.S3;

namespace RecSys.Lake.Exports;

/// <summary>
/// Where an export goes. Files are written into <see cref="Folder"/>, which nobody reads, and become visible all at once by
/// <see cref="PublishAsync"/>, in place of an export that was there before. Disposed without it, nothing remains.
/// </summary>
public abstract class ExportTarget : IAsyncDisposable
{
    private protected ExportTarget(string folder)
    {
        Folder = folder;
        Directory.CreateDirectory(folder);
    }

    /// <summary>The folder to write into.</summary>
    public string Folder { get; }

    /// <summary>Prepares an export.</summary>
    /// <param name="output">
    /// A folder, which is made when missing, or <c>s3://bucket/prefix</c>. It must be empty or hold an earlier export.
    /// </param>
    /// <param name="s3">How buckets are reached.</param>
    /// <param name="cancellationToken">Stops the looking.</param>
    /// <exception cref="ExportException">Something else is there, or it can't be written.</exception>
    /// <exception cref="S3Exception">The bucket can't be used.</exception>
    public static async Task<ExportTarget> OpenAsync(string output, S3Options s3, CancellationToken cancellationToken = default)
    {
        if (!S3Address.IsOne(output))
        {
            return FolderTarget.Open(output);
        }

        return S3Address.TryParse(output, out var address)
            ? await S3Target.OpenAsync(address, s3, cancellationToken).ConfigureAwait(false)
            : throw new ExportException($"{output}: names no bucket. Write s3://BUCKET/PREFIX.");
    }

    /// <summary>The path of a file to write.</summary>
    public string PathTo(string name) => Path.Combine(Folder, name);

    /// <summary>Makes the files visible.</summary>
    /// <param name="modelVersion">The version that they are of; null for none.</param>
    /// <param name="rows">The rows of each file, by its name.</param>
    /// <param name="cancellationToken">Cancelled, nothing becomes visible.</param>
    /// <returns>What is there now.</returns>
    /// <exception cref="IOException">It can't be written; nothing became visible.</exception>
    public async Task<ExportManifest> PublishAsync(
        string? modelVersion, IReadOnlyDictionary<string, long> rows, CancellationToken cancellationToken = default)
    {
        var manifest = new ExportManifest(
            modelVersion,
            DateTimeOffset.UtcNow,
            [.. rows.Select(file => new ExportedFile(file.Key, file.Value, new FileInfo(PathTo(file.Key)).Length))]);
        await PublishAsync(manifest, cancellationToken).ConfigureAwait(false);
        return manifest;
    }

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }

        return ValueTask.CompletedTask;
    }

    private protected abstract Task PublishAsync(ExportManifest manifest, CancellationToken cancellationToken);
}
