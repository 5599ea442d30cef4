using System.Buffers.Binary;
using System.Text;
using RecSys.Serving.Histories;

namespace RecSys.Serving.Paging;

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
