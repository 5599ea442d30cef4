using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace RecSys.Serving.Paging;

/// <summary>
/// Page tokens that clients can only hand back: base64url of a format byte, a payload and a checksum over both and over
/// what the token belongs to. A token that was altered, cut, or made for another list is not read.
/// </summary>
/// <remarks>The checksum finds mistakes; it keeps nothing secret, and nothing in a token needs to be.</remarks>
internal static class PageToken
{
    private const byte Format = 1;
    private const int ChecksumLength = 8;

    /// <summary>Longer text is never a token of ours: a payload is a track id of up to 1,024 bytes and a few numbers.</summary>
    private const int MaxLength = 2048;

    /// <param name="list">The list that is paged, with what it was asked for, such as <c>history/USER</c>.</param>
    /// <param name="payload">Where the next page begins.</param>
    public static string Make(string list, ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[1 + payload.Length + ChecksumLength];
        bytes[0] = Format;
        payload.CopyTo(bytes.AsSpan(1));
        WriteChecksum(list, bytes.AsSpan(0, 1 + payload.Length), bytes.AsSpan(1 + payload.Length));
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryRead(string list, string token, [NotNullWhen(true)] out byte[]? payload)
    {
        payload = null;
        if (token.Length > MaxLength || !Base64Url.IsValid(token))
        {
            return false;
        }
        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length < 1 + ChecksumLength || bytes[0] != Format)
        {
            return false;
        }
        var end = bytes.Length - ChecksumLength;
        Span<byte> checksum = stackalloc byte[ChecksumLength];
        WriteChecksum(list, bytes.AsSpan(0, end), checksum);
        if (!checksum.SequenceEqual(bytes.AsSpan(end)))
        {
            return false;
        }
        payload = bytes[1..end];
        return true;
    }

    // The list's length goes first, so that no list's name can run over into the content of another's token.
    private static void WriteChecksum(string list, ReadOnlySpan<byte> content, Span<byte> checksum)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var name = Encoding.UTF8.GetBytes(list);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, name.Length);
        hash.AppendData(length);
        hash.AppendData(name);
        hash.AppendData(content);
        Span<byte> whole = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(whole);
        whole[..checksum.Length].CopyTo(checksum);
    }
}
