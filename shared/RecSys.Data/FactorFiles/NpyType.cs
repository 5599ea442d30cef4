using System.Globalization;

namespace RecSys.Data.FactorFiles;

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
