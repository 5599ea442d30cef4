using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RecSys.Data.Artifacts;

/// <summary>
/// The header of one array: <c>\x93NUMPY</c>, version, length, and a Python dictionary with <c>descr</c>, <c>fortran_order</c> and
/// <c>shape</c> (numpy's NEP 1).
/// </summary>
/// <param name="Type">The element type as numpy writes it.</param>
/// <param name="IsFortranOrder">Whether columns, not rows, lie one after another.</param>
/// <param name="Shape">Elements along each dimension; none for a single value.</param>
internal sealed partial record NpyHeader(string Type, bool IsFortranOrder, long[] Shape)
{
    private const int Alignment = 64;
    private const int MaxLength = 1 << 20;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public long ElementCount => Shape.Aggregate(1L, (product, length) => checked(product * length));

    /// <summary>Writes version 1.0, padded so that the elements begin at a multiple of 64 bytes.</summary>
    public void Write(Stream stream)
    {
        var shape = Shape.Length == 1
            ? string.Create(CultureInfo.InvariantCulture, $"({Shape[0]},)")
            : $"({string.Join(", ", Shape.Select(length => length.ToString(CultureInfo.InvariantCulture)))})";
        var text = $"{{'descr': '{Type}', 'fortran_order': {(IsFortranOrder ? "True" : "False")}, 'shape': {shape}, }}";
        var begin = Magic.Length + 4;
        var length = ((begin + text.Length + 1 + Alignment - 1) / Alignment * Alignment) - begin;
        var header = new byte[begin + length];
        Magic.CopyTo(header);
        header[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)length);
        Encoding.ASCII.GetBytes(text.PadRight(length - 1) + '\n', header.AsSpan(begin));
        stream.Write(header);
    }

    /// <summary>Reads a header of any version.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such header.</exception>
    public static NpyHeader Read(Stream stream)
    {
        Span<byte> begin = stackalloc byte[8];
        stream.ReadExactly(begin);
        if (!begin.StartsWith(Magic))
        {
            throw new InvalidDataException("it does not begin as a numpy array does");
        }

        Span<byte> lengthBytes = stackalloc byte[4];
        lengthBytes.Clear();
        stream.ReadExactly(begin[6] == 1 ? lengthBytes[..2] : lengthBytes);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(lengthBytes);
        if (length > MaxLength)
        {
            throw new InvalidDataException("its header is too long");
        }

        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        var text = Encoding.UTF8.GetString(bytes);
        var type = DescrPattern().Match(text);
        var order = OrderPattern().Match(text);
        var shape = ShapePattern().Match(text);
        if (!order.Success || !shape.Success || !text.Contains("'descr'", StringComparison.Ordinal))
        {
            throw new InvalidDataException("its header can't be read");
        }

        var lengths = shape.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new NpyHeader(
            type.Success ? type.Groups[1].Value : "a structure",
            order.Groups[1].Value == "True",
            [.. lengths.Select(number => long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw new InvalidDataException("its shape can't be read"))]);
    }

    [GeneratedRegex(@"'descr'\s*:\s*'([^']*)'")]
    private static partial Regex DescrPattern();

    [GeneratedRegex(@"'fortran_order'\s*:\s*(True|False)")]
    private static partial Regex OrderPattern();

    [GeneratedRegex(@"'shape'\s*:\s*\(([0-9,\s]*)\)")]
    private static partial Regex ShapePattern();
}

/// <summary>The element type of a numpy array, such as <c>&lt;f4</c>: byte order, kind, and size.</summary>
/// <param name="Kind">f float, i and u integers, U text of UTF-32, S text of bytes.</param>
/// <param name="Size">Bytes of an element; characters for U.</param>
/// <param name="IsBigEndian">Whether bytes come in the other order.</param>
internal readonly record struct NpyType(char Kind, int Size, bool IsBigEndian)
{
    public const int BytesPerCharacter = 4;

    public int ByteCount => Kind == 'U' ? checked(Size * BytesPerCharacter) : Size;

    public bool IsText => Kind is 'U' or 'S';

    public bool IsInteger => Kind is 'i' or 'u';

    public bool IsNumber => Kind == 'f' || IsInteger;

    /// <summary>Reads what a header calls <c>descr</c>.</summary>
    /// <returns>Null for what is not supported: structures, objects, dates, complex numbers.</returns>
    public static NpyType? Parse(string text)
    {
        if (text.Length < 3 || !int.TryParse(text.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            return null;
        }

        var isKnown = text[1] switch
        {
            'f' => size is 2 or 4 or 8,
            'i' or 'u' => size is 1 or 2 or 4 or 8,
            'U' => size <= int.MaxValue / BytesPerCharacter,
            'S' => true,
            _ => false,
        };
        return isKnown && text[0] is ('<' or '>' or '|' or '=') ? new NpyType(text[1], size, text[0] == '>') : null;
    }
}
