using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace RecSys.Contracts;

/// <summary>
/// What artist and title become so that players that write them differently mean the same track: both in lower case, without blanks
/// around them and with one space for every run of blanks inside. Nothing else is left out, so that a live version stays another
/// track than the studio version. The processes carry no tables of Unicode's normal forms, so that letters with accents of their own
/// (combining characters) differ from those that are one character.
/// </summary>
public static class TrackNameKey
{
    private const string IdPrefix = "name:";
    private const int KeyBytes = 16;

    /// <summary>The key of an artist and a title, 32 hexadecimal digits; null where one of them is blank or not valid Unicode.</summary>
    public static string? Of(string artist, string title) =>
        Normalize(artist) is { Length: > 0 } who && Normalize(title) is { Length: > 0 } what
            ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{who}\n{what}")).AsSpan(0, KeyBytes))
            : null;

    /// <summary>The id of a track that the catalogue has under this key only: the same wherever and whenever it is entered.</summary>
    public static string ToTrackId(string key) => IdPrefix + key;

    /// <summary>Whether an id was made by <see cref="ToTrackId"/>.</summary>
    public static bool IsMadeId(string trackId) =>
        trackId.Length == IdPrefix.Length + (KeyBytes * 2) && trackId.StartsWith(IdPrefix, StringComparison.Ordinal);

    private static string Normalize(string name)
    {
        if (!IsValidUnicode(name))
        {
            return "";
        }

        var text = new StringBuilder(name.Length);
        foreach (var character in name)
        {
            if (!char.IsWhiteSpace(character))
            {
                text.Append(char.ToLowerInvariant(character));
            }
            else if (text.Length > 0 && text[^1] != ' ')
            {
                text.Append(' ');
            }
        }

        return text.ToString().TrimEnd(' ');
    }

    private static bool IsValidUnicode(ReadOnlySpan<char> text)
    {
        while (text.Length > 0)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var length) != OperationStatus.Done)
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }
}
