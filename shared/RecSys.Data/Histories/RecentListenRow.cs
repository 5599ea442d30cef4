using System.Globalization;
using RecSys.Algorithms;

namespace RecSys.Data.Histories;

/// <summary>One play of a track by a user, as kept for serving. User, time and track together identify it.</summary>
/// <param name="UserId">The producer's own id.</param>
/// <param name="TrackId">The producer's own id. Need not be in the catalogue.</param>
/// <param name="ListenedAt">When the play began; kept to the microsecond, in UTC.</param>
/// <param name="PlayedShare">Share of the track that was played, 0 to 1; null when unknown.</param>
/// <param name="PlayCount">Plays that it stands for, at least 1.</param>
public sealed record RecentListenRow(string UserId, string TrackId, DateTimeOffset ListenedAt, float? PlayedShare = null, int PlayCount = 1);

/// <summary>A person who has listened. The row is also what writers of this user's listens lock, one at a time.</summary>
internal sealed record UserRow(string UserId, int RecentListenCount);

/// <summary>A place in one user's history, from which the next page goes on towards older listens.</summary>
/// <param name="ListenedAt">Time of the last listen that was seen.</param>
/// <param name="TrackId">Its track: several listens may share a time.</param>
public readonly record struct ListenPosition(DateTimeOffset ListenedAt, string TrackId)
{
    /// <summary>Text for a page token; <see cref="TryParse"/> reads it.</summary>
    public override string ToString() =>
        UnixMicroseconds.From(ListenedAt).ToString(CultureInfo.InvariantCulture) + ":" + TrackId;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <returns>False when <paramref name="text"/> is nothing that it writes.</returns>
    public static bool TryParse(string text, out ListenPosition position)
    {
        position = default;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0
            || !long.TryParse(text.AsSpan(0, colon), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var microseconds)
            || !UnixMicroseconds.TryToTime(microseconds, out var listenedAt)
            || !StorableValues.IsText(text.AsSpan(colon + 1)))
        {
            return false;
        }

        position = new ListenPosition(listenedAt, text[(colon + 1)..]);
        return true;
    }
}
