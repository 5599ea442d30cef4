using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using RecSys.Contracts;

namespace RecSys.Data.Artifacts;

/// <summary>One array of an archive, converted while it is read.</summary>
internal sealed class NpyArray
{
    // A multiple of every size of numbers.
    private const int BufferBytes = 1 << 20;

    // Deflate can't do better: a longer array is a lie that would only cost memory.
    private const long MaxCompression = 1_100;

    private static readonly UTF32Encoding LittleEndianUtf32 = new(bigEndian: false, byteOrderMark: false, throwOnInvalidCharacters: true);
    private static readonly UTF32Encoding BigEndianUtf32 = new(bigEndian: true, byteOrderMark: false, throwOnInvalidCharacters: true);

    private readonly Stream _content;
    private readonly NpyHeader _header;

    private NpyArray(Stream content, NpyHeader header, NpyType type)
    {
        _content = content;
        _header = header;
        Type = type;
    }

    public NpyType Type { get; }

    public long[] Shape => _header.Shape;

    /// <summary>Reads an array of an archive by <paramref name="read"/>.</summary>
    /// <exception cref="InvalidDataException">It is none, is damaged, or of a type that is not supported.</exception>
    public static T Read<T>(ZipArchiveEntry entry, Func<NpyArray, T> read)
    {
        using var content = entry.Open();
        NpyArray array;
        try
        {
            var header = NpyHeader.Read(content);
            if (header.Type.Contains('O', StringComparison.Ordinal))
            {
                throw new InvalidDataException(
                    "it holds Python objects, which can't be read safely; save ids as text with np.array(ids, dtype=str)");
            }

            if (NpyType.Parse(header.Type) is not { } type)
            {
                throw new InvalidDataException($"its type {header.Type} is not supported; numbers (float, int) and text (str) are");
            }

            if (header.ElementCount > Array.MaxLength
                || header.ElementCount * type.ByteCount > entry.Length
                || entry.Length / MaxCompression > entry.CompressedLength)
            {
                throw new InvalidDataException($"its shape ({string.Join(", ", header.Shape)}) does not fit its {entry.Length} bytes");
            }

            array = new NpyArray(content, header, type);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("it is cut short", exception);
        }

        try
        {
            return read(array);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("it is cut short", exception);
        }
        catch (ArgumentException exception) when (exception is DecoderFallbackException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException("a text of it is not valid", exception);
        }
    }

    /// <summary>The values as floats, row by row.</summary>
    public float[] ReadFloats(CancellationToken cancellationToken)
    {
        var values = new float[_header.ElementCount];
        if (Type is { Kind: 'f', Size: sizeof(float), IsBigEndian: false } && BitConverter.IsLittleEndian)
        {
            // In pieces: beyond 2 GiB a span can't count the bytes.
            const int Piece = BufferBytes / sizeof(float);
            for (var at = 0L; at < values.Length; at += Piece)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _content.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan((int)at, (int)Math.Min(Piece, values.Length - at))));
            }
        }
        else
        {
            var next = 0;
            ForEachElement(bytes => values[next++] = (float)ToDouble(bytes), cancellationToken);
        }

        return _header.IsFortranOrder && Shape is [var rows, var columns] ? Transpose(values, (int)rows, (int)columns) : values;
    }

    /// <summary>The values as text; whole numbers become their digits.</summary>
    public string[] ReadTexts(CancellationToken cancellationToken)
    {
        var texts = new string[_header.ElementCount];
        var next = 0;
        ForEachElement(bytes => texts[next++] = ToText(bytes), cancellationToken);
        return texts;
    }

    private static float[] Transpose(float[] columnByColumn, int rows, int columns)
    {
        var rowByRow = new float[columnByColumn.Length];
        for (var column = 0; column < columns; column++)
        {
            for (var row = 0; row < rows; row++)
            {
                rowByRow[((long)row * columns) + column] = columnByColumn[((long)column * rows) + row];
            }
        }

        return rowByRow;
    }

    private void ForEachElement(Action<ReadOnlySpan<byte>> take, CancellationToken cancellationToken)
    {
        var size = Type.ByteCount;
        var count = _header.ElementCount;
        if (size == 0)
        {
            for (var element = 0L; element < count; element++)
            {
                take([]);
            }

            return;
        }

        var perPiece = Math.Max(1, BufferBytes / size);
        var buffer = new byte[(int)Math.Min(count, perPiece) * size];
        for (var done = 0L; done < count; done += perPiece)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var piece = buffer.AsSpan(0, (int)Math.Min(perPiece, count - done) * size);
            _content.ReadExactly(piece);
            for (var at = 0; at < piece.Length; at += size)
            {
                take(piece.Slice(at, size));
            }
        }
    }

    private double ToDouble(ReadOnlySpan<byte> bytes) => Type switch
    {
        { Kind: 'f', Size: 2 } => (double)(Type.IsBigEndian ? BinaryPrimitives.ReadHalfBigEndian(bytes) : BinaryPrimitives.ReadHalfLittleEndian(bytes)),
        { Kind: 'f', Size: 4 } => Type.IsBigEndian ? BinaryPrimitives.ReadSingleBigEndian(bytes) : BinaryPrimitives.ReadSingleLittleEndian(bytes),
        { Kind: 'f' } => Type.IsBigEndian ? BinaryPrimitives.ReadDoubleBigEndian(bytes) : BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        _ => (double)ToInteger(bytes),
    };

    private Int128 ToInteger(ReadOnlySpan<byte> bytes) =>
        Type.IsBigEndian ? BigEndian<Int128>(bytes, Type.Kind == 'u') : LittleEndian<Int128>(bytes, Type.Kind == 'u');

    // By these interfaces a number may have fewer bytes than its type.
    private static T LittleEndian<T>(ReadOnlySpan<byte> bytes, bool isUnsigned)
        where T : IBinaryInteger<T> => T.ReadLittleEndian(bytes, isUnsigned);

    private static T BigEndian<T>(ReadOnlySpan<byte> bytes, bool isUnsigned)
        where T : IBinaryInteger<T> => T.ReadBigEndian(bytes, isUnsigned);

    private string ToText(ReadOnlySpan<byte> bytes)
    {
        if (Type.IsInteger)
        {
            return ToInteger(bytes).ToString(CultureInfo.InvariantCulture);
        }

        if (Type.Kind == 'S')
        {
            return IdText.StrictUtf8.GetString(bytes.TrimEnd((byte)0));
        }

        // Shorter texts are filled up with zeros.
        var characters = bytes.Length;
        while (characters > 0 && BitConverter.ToInt32(bytes[(characters - NpyType.BytesPerCharacter)..]) == 0)
        {
            characters -= NpyType.BytesPerCharacter;
        }

        return (Type.IsBigEndian ? BigEndianUtf32 : LittleEndianUtf32).GetString(bytes[..characters]);
    }
}
