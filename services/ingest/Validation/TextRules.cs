using System.Text;

namespace RecSys.Ingest.Validation;

/// <summary>What text must be like to be stored, compared and shown: valid Unicode of a bounded length without control characters.</summary>
internal static class TextRules
{
    /// <summary>Longest id, in characters (Unicode code points).</summary>
    public const int MaxIdLength = 256;

    /// <summary>Longest name of a producer, in characters.</summary>
    public const int MaxProducerLength = 128;

    /// <summary>Says what is wrong with an id that must be there, or returns null.</summary>
    public static string? FaultOfId(string id)
    {
        if (id.Length == 0)
        {
            return $"is required: 1 to {MaxIdLength} characters.";
        }

        return FaultOfText(id, MaxIdLength) ?? (string.IsNullOrWhiteSpace(id) ? "must not be blank." : null);
    }

    /// <summary>Says what is wrong with text that may be empty, or returns null.</summary>
    /// <param name="text">What was sent.</param>
    /// <param name="maxLength">The limit in characters.</param>
    public static string? FaultOfText(string text, int maxLength)
    {
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            // Protobuf decodes bytes that are not UTF-8 to U+FFFD without a word, and two ids that differ only there would
            // become one. A producer never means this character, so it marks damage.
            if (rune == Rune.ReplacementChar)
            {
                return "holds bytes that are not valid UTF-8 (or the replacement character U+FFFD); send UTF-8.";
            }

            // NUL among them, which Postgres can't store.
            if (Rune.IsControl(rune))
            {
                return $"holds the control character U+{rune.Value:X4} at position {length}; remove it.";
            }

            length++;
        }

        return length > maxLength ? $"is {length:N0} characters long; at most {maxLength} are allowed." : null;
    }
}
