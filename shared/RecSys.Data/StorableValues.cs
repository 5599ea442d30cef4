using System.Text;
using RecSys.Contracts;

namespace RecSys.Data;

/// <summary>
/// Refuses, with the same error for both databases, what one of them would refuse or keep as something else: Postgres takes no
/// NUL in text, a lone surrogate has no UTF-8 form (SQLite would keep another text than was given), and a number that is not
/// finite orders nothing.
/// </summary>
internal static class StorableValues
{
    public static bool IsText(ReadOnlySpan<char> text)
    {
        if (text.Contains('\0'))
        {
            return false;
        }

        try
        {
            return !text.ContainsAnyInRange('\uD800', '\uDFFF') || IdText.StrictUtf8.GetByteCount(text) > 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    /// <exception cref="ArgumentException">The text is null, or no database could give it back as it is.</exception>
    public static string Text(string? text, string name)
    {
        ArgumentNullException.ThrowIfNull(text, name);
        return IsText(text)
            ? text
            : throw new ArgumentException(
                $"'{name}' holds a NUL character or half of a surrogate pair and cannot be stored. Send valid text without NUL.", name);
    }

    public static string[] Texts(string[] texts, string name)
    {
        foreach (var text in texts)
        {
            Text(text, name);
        }

        return texts;
    }

    public static float Number(float number, string name) => float.IsFinite(number) ? number : throw NotFinite(name);

    public static float[] Numbers(float[] numbers, string name)
    {
        foreach (var number in numbers)
        {
            if (!float.IsFinite(number))
            {
                throw NotFinite(name);
            }
        }

        return numbers;
    }

    private static ArgumentException NotFinite(string name) =>
        new($"'{name}' was given a number that is not finite. Leave such values out.", name);
}
