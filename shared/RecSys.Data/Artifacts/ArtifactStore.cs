using Microsoft.EntityFrameworkCore;
using RecSys.Data.Models;
using RecSys.Data.Schema;

namespace RecSys.Data.Artifacts;

/// <summary>
/// Large arrays of a model version: factor matrices, ids, heard items. They are written and read in chunks of 8 MiB, so
/// no size is too large and no copy of the whole is made. Trainer and candidate use this same code. Writing a name again
/// replaces it, so that a write that was broken off can be repeated.
/// </summary>
public sealed class ArtifactStore
{
    /// <summary>Bytes of a stored chunk.</summary>
    internal const int ChunkBytes = 8 * 1024 * 1024;

    /// <summary>What the name of an artifact ends with until it takes the place of another.</summary>
    private const string Replacing = ".replacing";

    private readonly RecSysDatabase _database;
    private readonly ModelStore _models;
    private readonly int _chunkBytes;

    internal ArtifactStore(RecSysDatabase database, ModelStore models, int chunkBytes = ChunkBytes)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Artifacts are little-endian, and so must the machine be.");
        }

        _database = database;
        _models = models;
        _chunkBytes = chunkBytes;
    }

    /// <summary>Writes a matrix into a version in training.</summary>
    /// <param name="version">The version.</param>
    /// <param name="name">See <see cref="ArtifactNames"/>; unique in the version; written again it is replaced.</param>
    /// <param name="rowCount">Rows.</param>
    /// <param name="columnCount">Columns.</param>
    /// <param name="row">Gives a row; its padding, if any, left off.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <exception cref="ModelStoreException"><see cref="ModelStoreError.NotFound"/>, <see cref="ModelStoreError.NotTraining"/>.</exception>
    /// <exception cref="ArgumentException">The data does not have the given size or can't be stored.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task WriteMatrixAsync(
        string version, string name, int rowCount, int columnCount, FloatMatrixRow row, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rowCount);
        ArgumentOutOfRangeException.ThrowIfNegative(columnCount);
        return WriteAsync(version, name, new MatrixSource(name, rowCount, columnCount, row), cancellationToken);
    }

    /// <summary>Writes 32-bit integers into a version in training.</summary>
    /// <inheritdoc cref="WriteMatrixAsync" path="/exception"/>
    public Task WriteInt32Async(string version, string name, ReadOnlyMemory<int> values, CancellationToken cancellationToken) =>
        WriteInt32Async(version, name, values.Length, [values], cancellationToken);

    /// <summary>Writes 32-bit integers, more than fit into one array, into a version in training.</summary>
    /// <param name="version">The version.</param>
    /// <param name="name">See <see cref="ArtifactNames"/>; unique in the version; written again it is replaced.</param>
    /// <param name="count">Elements of all segments together.</param>
    /// <param name="segments">Read once, one by one.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <inheritdoc cref="WriteMatrixAsync" path="/exception"/>
    public Task WriteInt32Async(
        string version, string name, long count, IEnumerable<ReadOnlyMemory<int>> segments, CancellationToken cancellationToken) =>
        WriteAsync(version, name, new ArraySource<int>(name, ArtifactKind.Int32Array, count, segments), cancellationToken);

    /// <summary>Writes 64-bit integers into a version in training.</summary>
    /// <inheritdoc cref="WriteMatrixAsync" path="/exception"/>
    public Task WriteInt64Async(string version, string name, ReadOnlyMemory<long> values, CancellationToken cancellationToken) =>
        WriteAsync(version, name, new ArraySource<long>(name, ArtifactKind.Int64Array, values.Length, [values]), cancellationToken);

    /// <summary>Writes texts into a version in training.</summary>
    /// <inheritdoc cref="WriteMatrixAsync" path="/exception"/>
    public Task WriteTextsAsync(string version, string name, IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
        WriteAsync(version, name, new TextSource(name, texts), cancellationToken);

    /// <summary>Writes bytes, such as a JSON document, into a version in training.</summary>
    /// <inheritdoc cref="WriteMatrixAsync" path="/exception"/>
    public Task WriteBytesAsync(string version, string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        WriteAsync(version, name, new ArraySource<byte>(name, ArtifactKind.Bytes, bytes.Length, [bytes]), cancellationToken);

    /// <summary>Copies an artifact of another version, if that has it, into a version in training; written again it is replaced.</summary>
    /// <inheritdoc cref="WriteMatrixAsync" path="/exception"/>
    public async Task CopyAsync(string from, string version, string name, CancellationToken cancellationToken)
    {
        StorableValues.Text(from, nameof(from));
        StorableValues.Text(version, nameof(version));
        StorableValues.Text(name, nameof(name));
        await _models.RequireTrainingAsync(version, cancellationToken);
        await RemoveAsync(version, name, cancellationToken);
        for (var chunkNumber = 0; ; chunkNumber++)
        {
            var number = chunkNumber;
            var chunk = await _database.ReadAsync(
                context => context.ModelArtifacts
                    .Where(row => row.ModelVersion == from && row.Name == name && row.ChunkNumber == number)
                    .Select(row => row.Bytes)
                    .FirstOrDefaultAsync(cancellationToken),
                cancellationToken);
            if (chunk is null)
            {
                break;
            }

            await _models.WriteAsync(version, [new ModelArtifactRow(name, chunkNumber, chunk)], cancellationToken);
        }
    }

    /// <summary>Opens an artifact to read it piece by piece, into whatever memory layout.</summary>
    /// <returns>Null when the version holds none of this name.</returns>
    /// <exception cref="InvalidDataException">The stored bytes are no artifact.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<ArtifactReader?> OpenAsync(string version, string name, CancellationToken cancellationToken)
    {
        StorableValues.Text(version, nameof(version));
        StorableValues.Text(name, nameof(name));
        var chunks = _database.StreamAsync(
            context => context.ModelArtifacts
                .Where(row => row.ModelVersion == version && row.Name == name)
                .OrderBy(row => row.ChunkNumber)
                .Select(row => row.Bytes),
            cancellationToken);
        return ArtifactReader.OpenAsync($"Artifact '{name}' of model version {version}", chunks.GetAsyncEnumerator(cancellationToken));
    }

    /// <summary>Reads a matrix whole; null when the version holds none of this name.</summary>
    /// <exception cref="InvalidDataException">The artifact is damaged, of another kind, or more than one array can hold.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<FloatMatrix?> ReadMatrixAsync(string version, string name, CancellationToken cancellationToken)
    {
        await using var reader = await OpenAsync(version, name, cancellationToken);
        if (reader is null)
        {
            return null;
        }

        reader.Require(ArtifactKind.FloatMatrix);
        var values = Allocate<float>(reader.Header, name);
        await reader.ReadAsync<float>(values);
        return new FloatMatrix(checked((int)reader.Header.RowCount), checked((int)reader.Header.ColumnCount), values);
    }

    /// <summary>Reads 32-bit integers whole; null when the version holds none of this name.</summary>
    /// <inheritdoc cref="ReadMatrixAsync" path="/exception"/>
    public Task<int[]?> ReadInt32Async(string version, string name, CancellationToken cancellationToken) =>
        ReadArrayAsync<int>(version, name, ArtifactKind.Int32Array, cancellationToken);

    /// <summary>Reads 64-bit integers whole; null when the version holds none of this name.</summary>
    /// <inheritdoc cref="ReadMatrixAsync" path="/exception"/>
    public Task<long[]?> ReadInt64Async(string version, string name, CancellationToken cancellationToken) =>
        ReadArrayAsync<long>(version, name, ArtifactKind.Int64Array, cancellationToken);

    /// <summary>Reads bytes whole; null when the version holds none of this name.</summary>
    /// <inheritdoc cref="ReadMatrixAsync" path="/exception"/>
    public Task<byte[]?> ReadBytesAsync(string version, string name, CancellationToken cancellationToken) =>
        ReadArrayAsync<byte>(version, name, ArtifactKind.Bytes, cancellationToken);

    /// <summary>Reads texts whole; null when the version holds none of this name.</summary>
    /// <inheritdoc cref="ReadMatrixAsync" path="/exception"/>
    public async Task<string[]?> ReadTextsAsync(string version, string name, CancellationToken cancellationToken)
    {
        await using var reader = await OpenAsync(version, name, cancellationToken);
        if (reader is null)
        {
            return null;
        }

        reader.Require(ArtifactKind.TextList);
        var texts = Allocate<string>(reader.Header, name);
        for (var index = 0; index < texts.Length; index++)
        {
            texts[index] = await reader.ReadTextAsync();
        }

        return texts;
    }

    private static T[] Allocate<T>(ArtifactHeader header, string name)
    {
        var count = header.RowCount * header.ColumnCount;
        return count <= Array.MaxLength
            ? new T[count]
            : throw new InvalidDataException($"Artifact '{name}' has {count:N0} elements, more than one array holds. Read it in pieces.");
    }

    private async Task<T[]?> ReadArrayAsync<T>(string version, string name, ArtifactKind kind, CancellationToken cancellationToken)
        where T : unmanaged
    {
        await using var reader = await OpenAsync(version, name, cancellationToken);
        if (reader is null)
        {
            return null;
        }

        reader.Require(kind);
        var values = Allocate<T>(reader.Header, name);
        await reader.ReadAsync<T>(values);
        return values;
    }

    /// <summary>
    /// Puts others in the place of artifacts of a version that is whole: they are written beside the old ones, and one transaction swaps them.
    /// </summary>
    internal async Task ReplaceAsync(string version, IReadOnlyDictionary<string, ArtifactSource> replacements, CancellationToken cancellationToken)
    {
        foreach (var (name, source) in replacements)
        {
            await RemoveAsync(version, name + Replacing, cancellationToken);
            await WriteChunksAsync(
                name + Replacing,
                source,
                row => _database.WriteAsync(
                    context => _database.Bulk.InsertNewAsync(context, [row with { ModelVersion = version }], cancellationToken), cancellationToken));
        }

        await _database.WriteAsync(
            async context =>
            {
                // Where it was done although the answer was lost, there is nothing to put in their place.
                if (!await context.ModelArtifacts.AnyAsync(row => row.ModelVersion == version && row.Name.EndsWith(Replacing), cancellationToken))
                {
                    return false;
                }

                foreach (var name in replacements.Keys)
                {
                    await context.ModelArtifacts.Where(row => row.ModelVersion == version && row.Name == name).ExecuteDeleteAsync(cancellationToken);
                    await context.ModelArtifacts.Where(row => row.ModelVersion == version && row.Name == name + Replacing)
                        .ExecuteUpdateAsync(update => update.SetProperty(row => row.Name, name), cancellationToken);
                }

                return true;
            },
            cancellationToken);
    }

    private async Task WriteAsync(string version, string name, ArtifactSource source, CancellationToken cancellationToken)
    {
        StorableValues.Text(version, nameof(version));
        StorableValues.Text(name, nameof(name));
        await _models.RequireTrainingAsync(version, cancellationToken);
        await RemoveAsync(version, name, cancellationToken);
        await WriteChunksAsync(name, source, row => _models.WriteAsync(version, [row], cancellationToken));
    }

    private Task RemoveAsync(string version, string name, CancellationToken cancellationToken) => _database.WriteAsync(
        context => context.ModelArtifacts
            .Where(row => row.ModelVersion == version && row.Name == name)
            .ExecuteDeleteAsync(cancellationToken),
        cancellationToken);

    private async Task WriteChunksAsync(string name, ArtifactSource source, Func<ModelArtifactRow, Task<long>> write)
    {
        var total = ArtifactHeader.Size + source.Header.PayloadBytes;
        var buffer = new byte[Math.Min(total, _chunkBytes)];
        for (var chunkNumber = 0; ; chunkNumber++)
        {
            var length = source.Fill(buffer);
            if (length == 0)
            {
                break;
            }

            // Each chunk is committed by itself: others can write in between.
            var row = new ModelArtifactRow(name, chunkNumber, length == buffer.Length ? buffer : buffer[..length]);
            await write(row);
        }
    }
}

/// <summary>A matrix in one array, row by row.</summary>
/// <param name="RowCount">Rows.</param>
/// <param name="ColumnCount">Columns.</param>
/// <param name="Values">Rows × columns values.</param>
public sealed record FloatMatrix(int RowCount, int ColumnCount, float[] Values)
{
    /// <summary>One row.</summary>
    public ReadOnlySpan<float> Row(int rowIndex) => Values.AsSpan(rowIndex * ColumnCount, ColumnCount);
}

/// <summary>Gives a row of a matrix; may be asked for the same row twice, and is asked in ascending order.</summary>
/// <param name="rowIndex">From 0.</param>
public delegate ReadOnlySpan<float> FloatMatrixRow(int rowIndex);
