using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace RecSys.Data.Artifacts;

/// <summary>
/// Writes a factor file: <c>user_factors</c> and <c>item_factors</c> (float32, C order), <c>user_ids</c> and <c>item_ids</c> (text as
/// long as the longest id), <c>alpha</c> (float32, one element) and <c>settings</c> (one text, JSON). numpy opens it without
/// <c>allow_pickle</c>. Arrays are streamed; nothing is held beside the ids.
/// </summary>
public sealed class FactorFileWriter : IDisposable
{
    internal const string UserFactors = "user_factors";
    internal const string ItemFactors = "item_factors";
    internal const string UserIds = "user_ids";
    internal const string ItemIds = "item_ids";
    internal const string Alpha = "alpha";
    internal const string Settings = "settings";

    private const string FloatType = "<f4";
    private const int BufferFloats = 1 << 16;

    private readonly ZipArchive _archive;

    /// <summary>Begins a file, which is complete when this is disposed.</summary>
    public FactorFileWriter(string path) => _archive = ZipFile.Open(path, ZipArchiveMode.Create);

    /// <summary>Writes the factors of the users.</summary>
    /// <param name="ids">The id of each row.</param>
    /// <param name="factors">The matrix, read once from its beginning.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public Task WriteUsersAsync(IReadOnlyList<string> ids, Artifacts.ArtifactReader factors, CancellationToken cancellationToken) =>
        WriteAsync(UserIds, UserFactors, ids, factors, cancellationToken);

    /// <summary>Writes the factors of the tracks.</summary>
    /// <inheritdoc cref="WriteUsersAsync" path="/param"/>
    public Task WriteItemsAsync(IReadOnlyList<string> ids, Artifacts.ArtifactReader factors, CancellationToken cancellationToken) =>
        WriteAsync(ItemIds, ItemFactors, ids, factors, cancellationToken);

    /// <summary>Writes what the factors were fitted with.</summary>
    /// <param name="alpha">What a play raises confidence by.</param>
    /// <param name="settings">All settings of the training.</param>
    public void WriteSettings(float alpha, IReadOnlyDictionary<string, string> settings)
    {
        using (var stream = Begin(Alpha, FloatType, [1]))
        {
            stream.Write(MemoryMarshal.AsBytes((ReadOnlySpan<float>)[alpha]));
        }

        WriteTexts(Settings, [JsonSerializer.Serialize(settings)], CancellationToken.None);
    }

    /// <summary>Completes the file.</summary>
    public void Dispose() => _archive.Dispose();

    private async Task WriteAsync(
        string idsName, string factorsName, IReadOnlyList<string> ids, Artifacts.ArtifactReader factors, CancellationToken cancellationToken)
    {
        var header = factors.Header;
        if (header.RowCount != ids.Count)
        {
            throw new InvalidDataException($"There are {ids.Count} ids for {header.RowCount} rows of {factorsName}. Train a new version.");
        }

        WriteTexts(idsName, ids, cancellationToken);
        using var stream = Begin(factorsName, FloatType, [header.RowCount, header.ColumnCount]);
        var buffer = new float[BufferFloats];
        for (var left = header.RowCount * header.ColumnCount; left > 0;)
        {
            var piece = buffer.AsMemory(0, (int)Math.Min(left, buffer.Length));
            await factors.ReadAsync(piece);
            stream.Write(MemoryMarshal.AsBytes(piece.Span));
            left -= piece.Length;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void WriteTexts(string name, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        // Numpy has no text of no characters: it reads <U0 as <U1.
        var longest = texts.Select(text => text.EnumerateRunes().Count()).Append(1).Max();
        using var stream = Begin(name, $"<U{longest}", [texts.Count]);
        var bytes = ArrayPool<byte>.Shared.Rent(longest * NpyType.BytesPerCharacter);
        try
        {
            foreach (var text in texts)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var piece = bytes.AsSpan(0, longest * NpyType.BytesPerCharacter);
                piece[Encoding.UTF32.GetBytes(text, piece)..].Clear();
                stream.Write(piece);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    // Factors hardly compress, and uncompressed arrays can be read while they stay on the disk.
    private Stream Begin(string name, string type, long[] shape)
    {
        var stream = _archive.CreateEntry(name + ".npy", CompressionLevel.NoCompression).Open();
        new NpyHeader(type, IsFortranOrder: false, shape).Write(stream);
        return stream;
    }
}
