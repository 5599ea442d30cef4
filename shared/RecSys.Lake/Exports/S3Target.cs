using RecSys.Lake.Storage;

namespace RecSys.Lake.Exports;

/// <summary>
/// An export into a bucket, made in a temporary folder. First all parts of large files are uploaded, of which nothing is visible
/// yet; then every object is made visible, one after the other, the manifest last. What fails on the way is taken back.
/// </summary>
internal sealed class S3Target : ExportTarget
{
    private static readonly TimeSpan TidyTimeout = TimeSpan.FromSeconds(30);

    private readonly S3Bucket _bucket;
    private readonly ExportManifest? _former;

    private S3Target(S3Bucket bucket, ExportManifest? former)
        : base(Path.Combine(Path.GetTempPath(), $"recsys-export-{Guid.CreateVersion7():N}"))
    {
        _bucket = bucket;
        _former = former;
    }

    private string ManifestKey => _bucket.Address.KeyOf(ExportManifest.FileName);

    public static async Task<S3Target> OpenAsync(S3Address address, S3Options options, CancellationToken cancellationToken)
    {
        var bucket = new S3Bucket(address, options);
        try
        {
            var manifest = await bucket.ReadAsync(address.KeyOf(ExportManifest.FileName), cancellationToken).ConfigureAwait(false);
            var former = manifest is null ? null : ExportManifest.Parse(manifest);
            await foreach (var item in bucket.ListAsync("", cancellationToken).ConfigureAwait(false))
            {
                var name = address.Prefix.Length == 0 ? item.Key : item.Key[(address.Prefix.Length + 1)..];
                if (former is null || (name != ExportManifest.FileName && former.Files.All(file => file.Name != name)))
                {
                    throw new ExportException($"{address}: there is something else than an earlier export, {name}. Choose another prefix, or delete it.");
                }
            }

            return new S3Target(bucket, former);
        }
        catch
        {
            bucket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _bucket.Dispose();
        return base.DisposeAsync();
    }

    private protected override async Task PublishAsync(ExportManifest manifest, CancellationToken cancellationToken)
    {
        var uploads = new List<S3Upload>();
        var visible = new List<string>();
        try
        {
            foreach (var file in manifest.Files.Where(file => file.Bytes > S3Bucket.PartBytes))
            {
                await UploadPartsAsync(file, uploads, cancellationToken).ConfigureAwait(false);
            }

            // From here on a reader must not take the earlier export for whole.
            if (_former is not null)
            {
                visible.AddRange(_former.Files.Select(file => _bucket.Address.KeyOf(file.Name)));
                await _bucket.DeleteAsync(ManifestKey, cancellationToken).ConfigureAwait(false);
            }

            foreach (var file in manifest.Files.Where(file => file.Bytes <= S3Bucket.PartBytes))
            {
                var key = _bucket.Address.KeyOf(file.Name);
                visible.Add(key);
                await _bucket.UploadAsync(key, PathTo(file.Name), cancellationToken).ConfigureAwait(false);
            }

            while (uploads is [.., var upload])
            {
                visible.Add(upload.Key);
                await _bucket.CompleteAsync(upload, cancellationToken).ConfigureAwait(false);
                uploads.Remove(upload);
            }

            foreach (var file in _former?.Files.Where(file => manifest.Files.All(other => other.Name != file.Name)) ?? [])
            {
                await _bucket.DeleteAsync(_bucket.Address.KeyOf(file.Name), cancellationToken).ConfigureAwait(false);
            }

            await _bucket.WriteAsync(ManifestKey, manifest.ToJson(), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await TakeBackAsync(uploads, visible).ConfigureAwait(false);
            throw;
        }
    }

    private async Task UploadPartsAsync(ExportedFile file, List<S3Upload> uploads, CancellationToken cancellationToken)
    {
        var upload = await _bucket.BeginAsync(_bucket.Address.KeyOf(file.Name), cancellationToken).ConfigureAwait(false);
        uploads.Add(upload);
        await _bucket.UploadPartsAsync(upload, PathTo(file.Name), cancellationToken).ConfigureAwait(false);
    }

    // Best effort: the failure that led here is what the caller must hear, and without a manifest nothing counts as an export.
    private async Task TakeBackAsync(List<S3Upload> uploads, List<string> visible)
    {
        using var timeout = new CancellationTokenSource(TidyTimeout);
        foreach (var upload in uploads)
        {
            await TryAsync(() => _bucket.AbortAsync(upload, timeout.Token)).ConfigureAwait(false);
        }

        foreach (var key in visible)
        {
            await TryAsync(() => _bucket.DeleteAsync(key, timeout.Token)).ConfigureAwait(false);
        }
    }

    private static async Task TryAsync(Func<Task> undo)
    {
        try
        {
            await undo().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is S3Exception or OperationCanceledException)
        {
        }
    }
}
