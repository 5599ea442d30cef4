using System.Runtime.InteropServices;
using System.Text;

namespace RecSys.Data.Artifacts;

/// <summary>Reads an artifact from its beginning to its end, in pieces of the caller's choice.</summary>
public sealed class ArtifactReader : IAsyncDisposable
{
    /// <summary>More elements have more bytes than a span can count.</summary>
    private const int ElementsPerPiece = 1 << 20;

    private readonly string _description;
    private readonly IAsyncEnumerator<byte[]> _chunks;
    private ReadOnlyMemory<byte> _chunk;
    private long _remaining;

    private ArtifactReader(string description, IAsyncEnumerator<byte[]> chunks)
    {
        _description = description;
        _chunks = chunks;
    }

    /// <summary>What it holds and how much.</summary>
    public ArtifactHeader Header { get; private set; }

    /// <summary>Opens what the chunks hold.</summary>
    /// <returns>Null when there are no chunks.</returns>
    /// <exception cref="InvalidDataException">The bytes are no artifact.</exception>
    internal static async Task<ArtifactReader?> OpenAsync(string description, IAsyncEnumerator<byte[]> chunks)
    {
        var reader = new ArtifactReader(description, chunks);
        var opened = false;
        try
        {
            if (!await chunks.MoveNextAsync())
            {
                return null;
            }

            if (!ArtifactHeader.TryRead(chunks.Current, out var header))
            {
                throw new InvalidDataException($"{description} does not begin as an artifact does. Train a new version.");
            }

            reader.Header = header;
            reader._chunk = chunks.Current.AsMemory(ArtifactHeader.Size);
            reader._remaining = header.PayloadBytes;
            opened = true;
            return reader;
        }
        finally
        {
            if (!opened)
            {
                await reader.DisposeAsync();
            }
        }
    }

    /// <summary>Reads the next elements; for a matrix usually whole rows.</summary>
    /// <typeparam name="T">float, int, long or byte, as <see cref="Header"/> says.</typeparam>
    /// <param name="destination">Is filled whole.</param>
    /// <exception cref="InvalidDataException">The artifact is of another kind, or ends before the destination is full.</exception>
    public async ValueTask ReadAsync<T>(Memory<T> destination)
        where T : unmanaged
    {
        Require(KindOf<T>());
        await FillAsync(destination);
    }

    /// <summary>Reads the next text of a list.</summary>
    /// <exception cref="InvalidDataException">The artifact is no list of texts, or ends too early.</exception>
    public async ValueTask<string> ReadTextAsync()
    {
        Require(ArtifactKind.TextList);
        var length = new int[1];
        await FillAsync<int>(length);
        if (length[0] < 0 || length[0] > _remaining)
        {
            throw new InvalidDataException($"{_description} holds a text of an impossible length. Train a new version.");
        }

        // Most texts lie within one chunk.
        if (_chunk.Length >= length[0])
        {
            var text = Encoding.UTF8.GetString(_chunk.Span[..length[0]]);
            Advance(length[0]);
            return text;
        }

        var bytes = new byte[length[0]];
        await FillAsync<byte>(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Gives the connection back.</summary>
    public ValueTask DisposeAsync() => _chunks.DisposeAsync();

    internal void Require(ArtifactKind kind)
    {
        if (Header.Kind != kind)
        {
            throw new InvalidDataException($"{_description} is a {Header.Kind}, not a {kind}.");
        }
    }

    private static ArtifactKind KindOf<T>() => default(T) switch
    {
        byte => ArtifactKind.Bytes,
        float => ArtifactKind.FloatMatrix,
        int => ArtifactKind.Int32Array,
        long => ArtifactKind.Int64Array,
        _ => throw new NotSupportedException($"An artifact holds no {typeof(T).Name}."),
    };

    private async ValueTask FillAsync<T>(Memory<T> destination)
        where T : unmanaged
    {
        while (!destination.IsEmpty)
        {
            var piece = destination[..Math.Min(destination.Length, ElementsPerPiece)];
            destination = destination[piece.Length..];
            var bytesDone = 0;
            while (CopyFromChunk(piece.Span, ref bytesDone))
            {
                if (_remaining == 0 || !await _chunks.MoveNextAsync())
                {
                    throw new InvalidDataException(
                        $"{_description} is cut off: {_remaining:N0} of {Header.PayloadBytes:N0} bytes are missing. Train a new version.");
                }

                _chunk = _chunks.Current;
            }
        }
    }

    /// <returns>Whether bytes are still wanted.</returns>
    private bool CopyFromChunk<T>(Span<T> destination, ref int bytesDone)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(destination)[bytesDone..];
        var count = (int)Math.Min(Math.Min(bytes.Length, _chunk.Length), _remaining);
        _chunk.Span[..count].CopyTo(bytes);
        bytesDone += count;
        Advance(count);
        return count < bytes.Length;
    }

    private void Advance(int byteCount)
    {
        _chunk = _chunk[byteCount..];
        _remaining -= byteCount;
    }
}
