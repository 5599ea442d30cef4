using System.Globalization;

namespace RecSys.Data.History;

/// <summary>A place in one user's history, from which the next page goes on towards older listens.</summary>
/// <param name="ListenedAt">Time of the last listen that was seen.</param>
/// <param name="TrackId">Its track: several listens may share a time.</param>
public readonly record struct ListenPosition(DateTimeOffset ListenedAt, string TrackId)
{
    /// <summary>Text for a page token; <see cref="TryParse"/> reads it.</summary>
    public override string ToString() =>
        Timestamps.ToUnixMicroseconds(ListenedAt).ToString(CultureInfo.InvariantCulture) + ":" + TrackId;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <returns>False when <paramref name="text"/> is nothing that it writes.</returns>
    public static bool TryParse(string text, out ListenPosition position)
    {
        position = default;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0
            || !long.TryParse(text.AsSpan(0, colon), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var microseconds)
            || !Timestamps.TryFromUnixMicroseconds(microseconds, out var listenedAt)
            || !StorableText.IsStorable(text.AsSpan(colon + 1)))
        {
            return false;
        }

        position = new ListenPosition(listenedAt, text[(colon + 1)..]);
        return true;
    }
}
