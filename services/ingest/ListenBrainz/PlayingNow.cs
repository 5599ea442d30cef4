using BitFaster.Caching.Lru;
using Microsoft.AspNetCore.Mvc;
using RecSys.Contracts.Events.V1;

namespace RecSys.Ingest.ListenBrainz;

/// <summary>
/// What users are playing, as their players have said it to this instance last: in memory, for as long as the track lasts, and of the users
/// who were heard of last.
/// </summary>
internal sealed class PlayingNow(TimeProvider clock)
{
    /// <summary>Users of whom something is remembered; about 10 MB.</summary>
    private const int MaxUsers = 10_000;

    /// <summary>How long a track counts as playing whose length isn't known.</summary>
    private static readonly TimeSpan UnknownLength = TimeSpan.FromMinutes(10);

    private readonly ConcurrentLru<string, (Listen Listen, DateTimeOffset Until)> _playing = new(1, MaxUsers, StringComparer.Ordinal);

    /// <summary>Takes a listen that has begun and keeps the rules.</summary>
    public void Set(Listen listen) =>
        _playing.AddOrUpdate(listen.UserId, (listen, clock.GetUtcNow() + (listen.TrackLength?.ToTimeSpan() ?? UnknownLength)));

    /// <summary><c>GET /1/user/{name}/playing-now</c>: one listen without a time, or none.</summary>
    public static IResult Answer(string name, [FromServices] PlayingNow playing)
    {
        if (UserListens.ProblemOfName(name) is { } problem)
        {
            return problem;
        }

        Listen[] listens = playing.Find(name) is { } found ? [found] : [];
        return Results.Json(new
        {
            payload = new { count = listens.Length, user_id = name, playing_now = true, listens = listens.Select(Describe) },
        });
    }

    private static object Describe(Listen listen) => new
    {
        user_name = listen.UserId,
        playing_now = true,
        track_metadata = new
        {
            artist_name = listen.Artist,
            track_name = listen.Title,
            release_name = listen.Album,
            additional_info = new { duration_ms = (long?)listen.TrackLength?.ToTimeSpan().TotalMilliseconds },
        },
    };

    private Listen? Find(string userId) => _playing.TryGet(userId, out var playing) && playing.Until > clock.GetUtcNow() ? playing.Listen : null;
}
