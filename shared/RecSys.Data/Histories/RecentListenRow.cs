using System.Globalization;
using RecSys.Algorithms;

namespace RecSys.Data.Histories;

/// <summary>One play of a track by a user, as kept for serving. User, time and track together identify it.</summary>
/// <param name="UserId">The producer's own id.</param>
/// <param name="TrackId">The producer's own id. Need not be in the catalogue.</param>
/// <param name="ListenedAt">When the play began; kept to the microsecond, in UTC.</param>
/// <param name="PlayedShare">Share of the track that was played, 0 to 1; null when unknown.</param>
/// <param name="PlayCount">Plays that it stands for, at least 1.</param>
public sealed record RecentListenRow(string UserId, string TrackId, DateTimeOffset ListenedAt, float? PlayedShare = null, int PlayCount = 1)
{
    /// <summary>A few bits of the name of the producer that reported it first, to tell two of them apart; 0 when nobody is known.</summary>
    public short ProducerCode { get; init; }

    /// <summary>Whether another producer's listen of the same user and track began close to this one, but not at the same time.</summary>
    public bool IsNear(RecentListenRow other, TimeSpan within) =>
        other.ProducerCode != 0 && other.ProducerCode != ProducerCode && other.ListenedAt != ListenedAt && (other.ListenedAt - ListenedAt).Duration() < within;

    /// <summary>By user, time and track, texts by their UTF-16 units: 0 says that both are the same listen.</summary>
    internal static int Compare(RecentListenRow one, RecentListenRow other) =>
        string.CompareOrdinal(one.UserId, other.UserId) is var byUser and not 0 ? byUser
        : one.ListenedAt.CompareTo(other.ListenedAt) is var byTime and not 0 ? byTime
        : string.CompareOrdinal(one.TrackId, other.TrackId);

    /// <summary>This listen with what another report of it knows better.</summary>
    internal RecentListenRow With(RecentListenRow other) => this with
    {
        PlayedShare = SameListen.PlayedShare(PlayedShare, other.PlayedShare),
        PlayCount = SameListen.PlayCount(PlayCount, other.PlayCount),
    };
}

/// <summary>
/// What counts where the same listen (user, track and time) was reported more than once with other fields: of each field the larger
/// value. So the order in which reports come does not matter, and every store and reader ends with the same listen.
/// </summary>
public static class SameListen
{
    /// <summary>The share that counts: a known one rather than an unknown one, a larger one rather than a smaller.</summary>
    public static float? PlayedShare(float? one, float? other) => !(one >= other) && other is not null ? other : one;

    /// <summary>The play count that counts.</summary>
    public static int PlayCount(int one, int other) => Math.Max(one, other);
}

/// <summary>A person who has listened.</summary>
internal sealed record UserRow(string UserId);

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
