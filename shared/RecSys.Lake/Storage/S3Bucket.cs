using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace RecSys.Lake.Storage;

/// <summary>What the project needs of a bucket, with errors that say what to do.</summary>
internal sealed class S3Bucket : IDisposable
{
    /// <summary>Files above this size are uploaded in parts. S3 allows 10,000 parts of 5 MiB to 5 GiB: files of 156 GiB at least.</summary>
    public const long PartBytes = 16L << 20;

    private const int MaxParts = 10_000;
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(10);

    private readonly AmazonS3Client _client;
    private readonly string _server;

    public S3Bucket(S3Address address, S3Options options)
    {
        Address = address;
        _server = options.Endpoint.Length > 0 ? options.Endpoint : $"AWS, {options.Region}";
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle,
            AuthenticationRegion = options.Region,
            // Checksums in trailers, and bodies in signed chunks, are AWS's own: some servers refuse them, others store the chunks'
            // headers as content. Every body is signed as a whole instead.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            MaxErrorRetry = 3,
        };
        if (options.Endpoint.Length > 0)
        {
            config.ServiceURL = options.Endpoint;
        }
        else
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        }

        _client = new AmazonS3Client(config);
    }

    public S3Address Address { get; }

    /// <summary>Lists the objects below a relative place, in the order of their keys.</summary>
    public async IAsyncEnumerable<S3Object> ListAsync(string relative, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = Address.Bucket, Prefix = Address.KeyOf(relative) };
        ListObjectsV2Response page;
        do
        {
            page = await CallAsync(() => _client.ListObjectsV2Async(request, cancellationToken)).ConfigureAwait(false);
            foreach (var item in page.S3Objects ?? [])
            {
                yield return new S3Object(item.Key, item.LastModified ?? DateTime.UtcNow);
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    /// <summary>Downloads an object into a file.</summary>
    /// <returns>False when there is none of this key.</returns>
    public async Task<bool> DownloadAsync(string key, string file, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(async () =>
            {
                using var response = await _client.GetObjectAsync(Address.Bucket, key, cancellationToken).ConfigureAwait(false);
                await using var content = response.ResponseStream;
                var target = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None);
                await using (target.ConfigureAwait(false))
                {
                    await content.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
                    return target.Length == response.ContentLength
                        ? true
                        : throw new IOException($"only {target.Length} of {response.ContentLength} bytes came");
                }
            }).ConfigureAwait(false);
        }
        catch (S3Exception exception) when (exception.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: "NoSuchKey" })
        {
            return false;
        }
    }

    /// <summary>Reads a small object; null when there is none of this key.</summary>
    public async Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(async () =>
            {
                using var response = await _client.GetObjectAsync(Address.Bucket, key, cancellationToken).ConfigureAwait(false);
                using var memory = new MemoryStream();
                await response.ResponseStream.CopyToAsync(memory, cancellationToken).ConfigureAwait(false);
                return memory.ToArray();
            }).ConfigureAwait(false);
        }
        catch (S3Exception exception) when (exception.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: "NoSuchKey" })
        {
            return null;
        }
    }

    /// <summary>Writes a small object.</summary>
    public Task WriteAsync(string key, byte[] content, CancellationToken cancellationToken) => CallAsync(async () =>
    {
        using var memory = new MemoryStream(content);
        return await _client.PutObjectAsync(
            new PutObjectRequest { BucketName = Address.Bucket, Key = key, InputStream = memory, UseChunkEncoding = false }, cancellationToken).ConfigureAwait(false);
    });

    /// <summary>Uploads a file: in one request, or in parts when it is large. Nothing of it is visible before all of it is.</summary>
    public async Task UploadAsync(string key, string file, CancellationToken cancellationToken)
    {
        var bytes = new FileInfo(file).Length;
        if (bytes <= PartBytes)
        {
            await CallAsync(() => _client.PutObjectAsync(
                new PutObjectRequest { BucketName = Address.Bucket, Key = key, FilePath = file, UseChunkEncoding = false }, cancellationToken)).ConfigureAwait(false);
            return;
        }

        var upload = await BeginAsync(key, cancellationToken).ConfigureAwait(false);
        try
        {
            await UploadPartsAsync(upload, file, cancellationToken).ConfigureAwait(false);
            await CompleteAsync(upload, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is S3Exception or OperationCanceledException)
        {
            await TryAbortAsync(upload).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Uploads all parts of a file.</summary>
    public async Task UploadPartsAsync(S3Upload upload, string file, CancellationToken cancellationToken)
    {
        var bytes = new FileInfo(file).Length;
        var partBytes = Math.Max(PartBytes, (bytes / MaxParts) + 1);
        for (var offset = 0L; offset < bytes; offset += partBytes)
        {
            await UploadPartAsync(upload, file, offset, Math.Min(partBytes, bytes - offset), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Begins an upload in parts, of which nothing is visible before <see cref="CompleteAsync"/>.</summary>
    public async Task<S3Upload> BeginAsync(string key, CancellationToken cancellationToken)
    {
        var begun = await CallAsync(() => _client.InitiateMultipartUploadAsync(Address.Bucket, key, cancellationToken)).ConfigureAwait(false);
        return new S3Upload(key, begun.UploadId);
    }

    /// <summary>Uploads the next part of a file.</summary>
    private async Task UploadPartAsync(S3Upload upload, string file, long offset, long bytes, CancellationToken cancellationToken)
    {
        var part = await CallAsync(() => _client.UploadPartAsync(
            new UploadPartRequest
            {
                BucketName = Address.Bucket,
                Key = upload.Key,
                UploadId = upload.Id,
                PartNumber = upload.Parts.Count + 1,
                FilePath = file,
                FilePosition = offset,
                PartSize = bytes,
                UseChunkEncoding = false,
            },
            cancellationToken)).ConfigureAwait(false);
        upload.Parts.Add(part.ETag);
    }

    /// <summary>Makes an upload visible.</summary>
    public Task CompleteAsync(S3Upload upload, CancellationToken cancellationToken) => CallAsync(() => _client.CompleteMultipartUploadAsync(
        new CompleteMultipartUploadRequest
        {
            BucketName = Address.Bucket,
            Key = upload.Key,
            UploadId = upload.Id,
            PartETags = [.. upload.Parts.Select((tag, index) => new PartETag(index + 1, tag))],
        },
        cancellationToken));

    /// <summary>Gives an upload up, so that its parts cost nothing any more.</summary>
    public Task AbortAsync(S3Upload upload, CancellationToken cancellationToken) =>
        CallAsync(() => _client.AbortMultipartUploadAsync(Address.Bucket, upload.Key, upload.Id, cancellationToken));

    /// <summary>Deletes an object; one that is not there is none.</summary>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        CallAsync(() => _client.DeleteObjectAsync(Address.Bucket, key, cancellationToken));

    public void Dispose() => _client.Dispose();

    // The failure that led here is what the caller must hear.
    private async Task TryAbortAsync(S3Upload upload)
    {
        try
        {
            using var timeout = new CancellationTokenSource(AbortTimeout);
            await AbortAsync(upload, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is S3Exception or OperationCanceledException)
        {
        }
    }

    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (AmazonS3Exception exception)
        {
            var remedy = exception.StatusCode switch
            {
                HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what they may do",
                HttpStatusCode.NotFound => "Check the bucket's name and S3:Endpoint",
                _ => "Try again, or look at the server's log",
            };
            throw Failure($"{exception.ErrorCode ?? exception.StatusCode.ToString()}: {exception.Message.TrimEnd('.')}. {remedy}", exception);
        }
        catch (AmazonServiceException exception)
        {
            throw Failure("does not answer. Check S3:Endpoint and the network", exception);
        }
        catch (AmazonClientException exception)
        {
            throw Failure($"{exception.Message.TrimEnd('.')}. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", exception);
        }
        catch (HttpRequestException exception)
        {
            throw Failure("does not answer. Check S3:Endpoint and the network", exception);
        }
    }

    private S3Exception Failure(string what, Exception inner) => new($"{Address} at {_server}: {what}.", inner);
}

/// <summary>An object of a bucket as a listing shows it.</summary>
/// <param name="Key">Its whole key.</param>
/// <param name="WrittenAt">When it was written.</param>
internal readonly record struct S3Object(string Key, DateTimeOffset WrittenAt);

/// <summary>An upload in parts.</summary>
/// <param name="Key">The key that the object gets.</param>
/// <param name="Id">The server's id of the upload.</param>
internal sealed record S3Upload(string Key, string Id)
{
    /// <summary>ETags of the parts so far.</summary>
    public List<string> Parts { get; } = [];
}

/// <summary>A bucket can't be used. The message is one line that names it and says what to do; it never holds a key.</summary>
public sealed class S3Exception : IOException
{
    internal S3Exception(string message, Exception inner)
        : base(message.ReplaceLineEndings(" "), inner)
    {
    }
}
