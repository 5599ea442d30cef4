using RecSys.Contracts;
using RecSys.Data.Histories;

namespace RecSys.Lake;

/// <summary>One play as the lake keeps it. Two listens of the same user, track and time are the same listen.</summary>
/// <param name="UserId">The producer's id of the user, not empty.</param>
/// <param name="TrackId">The producer's id of the track, not empty.</param>
/// <param name="ListenedAt">
/// When the play began, kept to the microsecond; <see cref="UnknownTime"/> when the log it came from does not say.
/// </param>
/// <param name="PlayedShare">Share of the track that was played, 0 to 1; null when unknown.</param>
/// <param name="PlayCount">Plays that this record stands for, at least 1; more than 1 only in logs that came aggregated.</param>
public sealed record LakeListen(string UserId, string TrackId, DateTimeOffset ListenedAt, float? PlayedShare = null, int PlayCount = 1)
{
    /// <summary>
    /// The time of a listen whose log has no times: the start of the Unix epoch. It comes before every real time, so a cut
    /// by time keeps such listens on its earlier side.
    /// </summary>
    public static readonly DateTimeOffset UnknownTime = DateTimeOffset.UnixEpoch;

    /// <summary>The same for the histories that serving reads.</summary>
    public RecentListenRow ToRecentListen() => new(UserId, TrackId, ListenedAt, PlayedShare, PlayCount);

    /// <summary>What is wrong with the listen; null when nothing is. Asked before a call joins others, so that it can only fail by itself.</summary>
    internal string? Problem =>
        LakeId.ProblemOf("user", UserId)
        ?? LakeId.ProblemOf("track", TrackId)
        ?? (PlayCount < 1 ? "has a play count below 1" : null)
        ?? (PlayedShare is { } share && !(share >= 0 && share <= 1) ? "has a played share outside 0 to 1" : null);
}

/// <summary>One entry of a catalogue. Texts are empty when unknown.</summary>
/// <param name="TrackId">The producer's id of the track.</param>
/// <param name="Title">What a person calls it.</param>
/// <param name="Artist">The performers' names for display, joined by ", ".</param>
/// <param name="Album">The first album's name, for display.</param>
/// <param name="Genres">Genre names, the most fitting first.</param>
public sealed record LakeTrack(string TrackId, string Title, string Artist, string Album, IReadOnlyList<string> Genres)
{
    /// <summary>Ids of the performers. Where a catalogue has names only, a name stands for its id.</summary>
    public IReadOnlyList<string> ArtistIds { get; init; } = [];

    /// <summary>Names of <see cref="ArtistIds"/>, element by element; empty where the catalogue has none.</summary>
    public IReadOnlyList<string> Artists { get; init; } = [];

    /// <summary>Ids of the albums that the track is on, the first being <see cref="Album"/>.</summary>
    public IReadOnlyList<string> AlbumIds { get; init; } = [];

    /// <summary>Names of <see cref="AlbumIds"/>, element by element.</summary>
    public IReadOnlyList<string> Albums { get; init; } = [];

    /// <summary>Ids of <see cref="Genres"/>, element by element.</summary>
    public IReadOnlyList<string> GenreIds { get; init; } = [];
}

/// <summary>What rows of segments may have as an id.</summary>
internal static class LakeId
{
    /// <summary>What is wrong with an id, as a clause; null when nothing is.</summary>
    public static string? ProblemOf(string name, string id) =>
        IdText.ProblemOfId(id) is { } problem ? $"has a bad {name} id, which {problem}" : null;
}

/// <summary>Conversions between instants and the lake's microseconds since 1970-01-01 UTC.</summary>
internal static class LakeTime
{
    public static long ToMicroseconds(DateTimeOffset time) =>
        Math.DivRem(time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks, TimeSpan.TicksPerMicrosecond, out var rest)
        - (rest < 0 ? 1 : 0);

    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
