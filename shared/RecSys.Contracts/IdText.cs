using System.Buffers;
using System.Text;

namespace RecSys.Contracts;

/// <summary>
/// What an id and any other text may be. Requests, messages on the bus, imported files and the lake all ask here: what one of
/// them takes, no other refuses.
/// <para>
/// Text is valid Unicode without control characters (category Cc) and without U+FFFD, which is what decoders put in place of
/// bytes that they cannot read. An id has 1 to <see cref="MaxLength"/> characters, not all of them blank. Characters are Unicode
/// code points: an emoji counts as one.
/// </para>
/// </summary>
public static class IdText
{
    /// <summary>The longest id, in Unicode code points.</summary>
    public const int MaxLength = 256;

    /// <summary>
    /// Matches what is not an id apart from its length, for queries: text with a refused character, and text that is empty or
    /// blank. .NET and RE2, which DuckDB uses, read it alike.
    /// </summary>
    public const string RefusedPattern = "[\\p{Cc}\uFFFD]|^\\p{Z}*$";

    /// <summary>UTF-8 that throws on bytes that are not UTF-8 and on half a surrogate pair, and writes no byte order mark.</summary>
    /// <exception cref="DecoderFallbackException">Bytes are not UTF-8.</exception>
    /// <exception cref="EncoderFallbackException">The text has half a surrogate pair.</exception>
    public static UTF8Encoding StrictUtf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What is wrong with an id, as a clause such as <c>must not be empty</c>; null when nothing is.</summary>
    public static string? ProblemOfId(string id) =>
        id.Length == 0 ? "must not be empty"
        : ProblemOfText(id, MaxLength) is { } problem ? problem
        : string.IsNullOrWhiteSpace(id) ? "must not be blank"
        : null;

    /// <summary>What is wrong with a text, which may be empty; null when nothing is.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">The most Unicode code points that it may have.</param>
    public static string? ProblemOfText(string text, int maxLength)
    {
        // Nearly every id is short and printable ASCII.
        if (text.Length <= maxLength && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return null;
        }

        var position = 0;
        for (var rest = text.AsSpan(); rest.Length > 0; position++)
        {
            if (Rune.DecodeFromUtf16(rest, out var character, out var length) != OperationStatus.Done)
            {
                return $"must be valid Unicode, has half a surrogate pair at position {position}";
            }

            if (Rune.IsControl(character))
            {
                return $"must not contain control characters, has U+{character.Value:X4} at position {position}";
            }

            if (character == Rune.ReplacementChar)
            {
                return $"must be valid UTF-8, has U+FFFD at position {position}";
            }

            rest = rest[length..];
        }

        return position <= maxLength ? null : $"must have at most {maxLength} characters, has {position}";
    }
}
