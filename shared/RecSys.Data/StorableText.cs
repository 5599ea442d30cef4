using System.Text;

namespace RecSys.Data;

/// <summary>
/// Postgres refuses NUL in text, and a lone surrogate has no UTF-8 form (SQLite would keep another text than was given).
/// Both are refused here, with the same error for both databases.
/// </summary>
internal static class StorableText
{
    public static bool IsStorable(ReadOnlySpan<char> text)
    {
        if (text.Contains('\0'))
        {
            return false;
        }

        var surrogate = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        while (surrogate >= 0)
        {
            if (Rune.DecodeFromUtf16(text[surrogate..], out _, out var length) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[(surrogate + length)..];
            surrogate = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        }

        return true;
    }

    /// <exception cref="ArgumentException">The text is null, or no database could give it back as it is.</exception>
    public static string Require(string? text, string parameterName)
    {
        ArgumentNullException.ThrowIfNull(text, parameterName);
        return IsStorable(text)
            ? text
            : throw new ArgumentException(
                $"'{parameterName}' holds a NUL character or half of a surrogate pair and cannot be stored. Send valid text without NUL.",
                parameterName);
    }
}
