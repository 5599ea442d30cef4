using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using RecSys.Serving.Histories;

namespace RecSys.Serving.Grpc;

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

/// <summary>
/// The token of GetHistory: the position of the last listen that was shown. The next page is what is older, so listens
/// that arrive in between neither repeat nor hide any.
/// </summary>
internal static class HistoryPageToken
{
    public static string Make(string userId, HistoryPosition last)
    {
        var payload = new byte[sizeof(long) + Encoding.UTF8.GetByteCount(last.TrackId)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, last.ListenedAtMicroseconds);
        Encoding.UTF8.GetBytes(last.TrackId, payload.AsSpan(sizeof(long)));
        return PageToken.Make(List(userId), payload);
    }

    public static bool TryRead(string userId, string token, out HistoryPosition last)
    {
        last = default;
        if (!PageToken.TryRead(List(userId), token, out var payload) || payload.Length < sizeof(long))
        {
            return false;
        }
        last = new HistoryPosition(
            BinaryPrimitives.ReadInt64LittleEndian(payload),
            Encoding.UTF8.GetString(payload.AsSpan(sizeof(long))));
        return true;
    }

    private static string List(string userId) => "history/" + userId;
}

/// <summary>
/// The token of Popular: the model version whose list is paged and how much of it was shown. Later pages come from the same
/// version, also when another has become active, so no track repeats.
/// </summary>
internal static class PopularPageToken
{
    private const string List = "popular";

    public static string Make(string modelVersion, int shown)
    {
        var payload = new byte[sizeof(int) + Encoding.UTF8.GetByteCount(modelVersion)];
        BinaryPrimitives.WriteInt32LittleEndian(payload, shown);
        Encoding.UTF8.GetBytes(modelVersion, payload.AsSpan(sizeof(int)));
        return PageToken.Make(List, payload);
    }

    public static bool TryRead(string token, out string modelVersion, out int shown)
    {
        modelVersion = "";
        shown = 0;
        if (!PageToken.TryRead(List, token, out var payload) || payload.Length < sizeof(int))
        {
            return false;
        }
        shown = BinaryPrimitives.ReadInt32LittleEndian(payload);
        modelVersion = Encoding.UTF8.GetString(payload.AsSpan(sizeof(int)));
        return shown >= 0;
    }
}
