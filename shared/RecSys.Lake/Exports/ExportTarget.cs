using System.Text.Json;
using RecSys.Lake.Storage;

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

/// <summary>What an export holds. It is written last: where it stands, everything that it names is whole.</summary>
/// <param name="ModelVersion">The model version; null when no table is of one.</param>
/// <param name="CreatedAt">When the export was made.</param>
/// <param name="Files">The files.</param>
public sealed record ExportManifest(string? ModelVersion, DateTimeOffset CreatedAt, IReadOnlyList<ExportedFile> Files)
{
    /// <summary>Its name in an export.</summary>
    public const string FileName = "manifest.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <returns>Null when the bytes are no manifest.</returns>
    internal static ExportManifest? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<ExportManifest>(json, Json) is { Files: not null } manifest ? manifest : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>One file of an export.</summary>
/// <param name="Name">Its name, without a folder.</param>
/// <param name="Rows">Rows of a table, lines of text, or rows of both factor matrices.</param>
/// <param name="Bytes">Its size.</param>
public sealed record ExportedFile(string Name, long Rows, long Bytes);

/// <summary>An export can't be made as asked; nothing was written. The message is one line that says what to do.</summary>
public sealed class ExportException : Exception
{
    internal ExportException(string message, Exception? inner = null)
        : base(message.ReplaceLineEndings(" "), inner)
    {
    }
}
