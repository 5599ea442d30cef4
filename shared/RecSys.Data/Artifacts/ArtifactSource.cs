using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace RecSys.Data.Artifacts;

/// <summary>Gives the bytes of an artifact piece by piece, so that they are never in memory as a whole.</summary>
internal abstract class ArtifactSource(ArtifactHeader header)
{
    private bool _headerWritten;

    public ArtifactHeader Header { get; } = header;

    /// <summary>Writes the next bytes.</summary>
    /// <returns>How many; less than fit only at the end.</returns>
    public int Fill(Span<byte> destination)
    {
        var written = 0;
        if (!_headerWritten)
        {
            Header.Write(destination);
            written = ArtifactHeader.Size;
            _headerWritten = true;
        }

        while (written < destination.Length)
        {
            var piece = NextPiece(destination.Length - written);
            if (piece.IsEmpty)
            {
                break;
            }

            piece.CopyTo(destination[written..]);
            written += piece.Length;
        }

        return written;
    }

    /// <summary>The next bytes of the payload, at most <paramref name="limit"/>; empty at the end.</summary>
    protected abstract ReadOnlySpan<byte> NextPiece(int limit);
}

/// <summary>Rows of floats.</summary>
internal sealed class MatrixSource(string name, int rowCount, int columnCount, FloatMatrixRow row)
    : ArtifactSource(new ArtifactHeader(
        ArtifactKind.FloatMatrix, rowCount, columnCount, (long)rowCount * columnCount * sizeof(float)))
{
    private int _row;
    private int _offset;

    protected override ReadOnlySpan<byte> NextPiece(int limit)
    {
        if (_row == rowCount || columnCount == 0)
        {
            return [];
        }

        var values = row(_row);
        if (values.Length != columnCount)
        {
            throw new ArgumentException($"Row {_row} of artifact '{name}' has {values.Length} columns, not {columnCount}.", nameof(row));
        }

        var bytes = MemoryMarshal.AsBytes(values)[_offset..];
        if (bytes.Length > limit)
        {
            _offset += limit;
            return bytes[..limit];
        }

        _offset = 0;
        _row++;
        return bytes;
    }
}

/// <summary>Numbers or bytes in segments that together are one array.</summary>
internal sealed class ArraySource<T>(string name, ArtifactKind kind, long count, IEnumerable<ReadOnlyMemory<T>> segments)
    : ArtifactSource(new ArtifactHeader(kind, count, 1, count * ArtifactHeader.ElementSize(kind)))
    where T : unmanaged
{
    /// <summary>An array of 2³¹ numbers has more bytes than a span can count.</summary>
    private const int ElementsPerPiece = 1 << 20;

    private readonly IEnumerator<ReadOnlyMemory<T>> _segments = segments.GetEnumerator();
    private ReadOnlyMemory<T> _rest;
    private int _offset;
    private long _given;

    protected override ReadOnlySpan<byte> NextPiece(int limit)
    {
        while (_rest.IsEmpty)
        {
            if (!_segments.MoveNext())
            {
                return _given == count ? [] : throw Mismatch();
            }

            _rest = _segments.Current;
            _given += _rest.Length;
            if (_given > count)
            {
                throw Mismatch();
            }
        }

        var elements = Math.Min(_rest.Length, ElementsPerPiece);
        var bytes = MemoryMarshal.AsBytes(_rest.Span[..elements])[_offset..];
        if (bytes.Length > limit)
        {
            _offset += limit;
            return bytes[..limit];
        }

        _offset = 0;
        _rest = _rest[elements..];
        return bytes;
    }

    private ArgumentException Mismatch() => new($"The segments of artifact '{name}' are not {count} elements together.", nameof(segments));
}

/// <summary>Texts with their lengths.</summary>
internal sealed class TextSource(string name, IReadOnlyList<string> texts)
    : ArtifactSource(new ArtifactHeader(ArtifactKind.TextList, texts.Count, 1, CountBytes(name, texts)))
{
    private byte[] _encoded = [];
    private int _length;
    private int _offset;
    private int _next;

    protected override ReadOnlySpan<byte> NextPiece(int limit)
    {
        if (_offset == _length)
        {
            if (_next == texts.Count)
            {
                return [];
            }

            Encode(texts[_next++]);
        }

        var piece = _encoded.AsSpan(_offset, Math.Min(limit, _length - _offset));
        _offset += piece.Length;
        return piece;
    }

    private static long CountBytes(string name, IReadOnlyList<string> texts)
    {
        var bytes = 0L;
        foreach (var text in texts)
        {
            bytes += sizeof(int) + Encoding.UTF8.GetByteCount(StorableValues.Text(text, name));
        }

        return bytes;
    }

    private void Encode(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        _length = sizeof(int) + bytes;
        if (_encoded.Length < _length)
        {
            _encoded = new byte[Math.Max(_length, 2 * _encoded.Length)];
        }

        BinaryPrimitives.WriteInt32LittleEndian(_encoded, bytes);
        Encoding.UTF8.GetBytes(text, _encoded.AsSpan(sizeof(int)));
        _offset = 0;
    }
}
