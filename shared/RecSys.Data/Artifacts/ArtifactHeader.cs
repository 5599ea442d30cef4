using System.Buffers.Binary;

namespace RecSys.Data.Artifacts;

/// <summary>
/// The first 40 bytes of an artifact, little-endian: 8 bytes <c>RECSYSA1</c>, kind (int32), bytes per element (int32, 0
/// for texts), rows (int64), columns (int64), and the bytes that follow (int64).
/// </summary>
/// <param name="Kind">What follows.</param>
/// <param name="RowCount">Rows of a matrix, elements of an array, texts of a list, or bytes.</param>
/// <param name="ColumnCount">Columns of a matrix; 1 otherwise.</param>
/// <param name="PayloadBytes">Bytes after the header.</param>
public readonly record struct ArtifactHeader(ArtifactKind Kind, long RowCount, long ColumnCount, long PayloadBytes)
{
    internal const int Size = 40;

    private static ReadOnlySpan<byte> Magic => "RECSYSA1"u8;

    internal static int ElementSize(ArtifactKind kind) => kind switch
    {
        ArtifactKind.Bytes => sizeof(byte),
        ArtifactKind.FloatMatrix => sizeof(float),
        ArtifactKind.Int32Array => sizeof(int),
        ArtifactKind.Int64Array => sizeof(long),
        ArtifactKind.TextList => 0,
        _ => -1,
    };

    internal void Write(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], (int)Kind);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], ElementSize(Kind));
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], RowCount);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], ColumnCount);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], PayloadBytes);
    }

    /// <returns>False when the bytes are no header that <see cref="Write"/> writes.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, out ArtifactHeader header)
    {
        header = default;
        if (bytes.Length < Size || !bytes.StartsWith(Magic))
        {
            return false;
        }

        header = new ArtifactHeader(
            (ArtifactKind)BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]));
        var elementSize = ElementSize(header.Kind);
        return elementSize == BinaryPrimitives.ReadInt32LittleEndian(bytes[12..])
            && header.RowCount >= 0
            && header.ColumnCount >= 0
            && header.PayloadBytes >= 0
            && (elementSize == 0
                ? header.PayloadBytes / sizeof(int) >= header.RowCount
                : (Int128)header.RowCount * header.ColumnCount * elementSize == header.PayloadBytes);
    }
}

/// <summary>What an artifact holds.</summary>
public enum ArtifactKind
{
    /// <summary>Bytes that mean something to their user only.</summary>
    Bytes = 1,

    /// <summary>32-bit floats, row by row.</summary>
    FloatMatrix = 2,

    /// <summary>32-bit signed integers.</summary>
    Int32Array = 3,

    /// <summary>64-bit signed integers.</summary>
    Int64Array = 4,

    /// <summary>Texts, each its length in bytes as a 32-bit integer and then its UTF-8 bytes.</summary>
    TextList = 5,
}
