using System.Globalization;
using RecSys.Contracts;
using RecSys.Data.Histories;

namespace RecSys.Ingest.ListenBrainz;

/// <summary>
/// <c>GET /1/user/{name}/listens</c> and <c>…/listen-count</c>: a user's listens as the database keeps them for serving, the newest
/// <c>Database:RecentListensPerUser</c>.
/// </summary>
internal sealed class UserListens(ListenHistoryStore history, TrackStore tracks)
{
    private const int DefaultCount = 25;
    private const int MaxCount = 1_000;

    /// <summary>A page of listens, newest first.</summary>
    public async Task<IResult> GetAsync(string name, HttpContext context)
    {
        var query = context.Request.Query;
        if (ProblemOfName(name) is { } problem)
        {
            return problem;
        }

        if (!TryRead(query["min_ts"], out var after) || !TryRead(query["max_ts"], out var before) || !TryRead(query["count"], out var asked))
        {
            return Bad("min_ts, max_ts and count must be whole numbers; the first two are seconds since 1970.");
        }

        if (after is not null && before is not null && after >= before)
        {
            return Bad("max_ts must be greater than min_ts.");
        }

        if (asked < 0)
        {
            return Bad("count must not be negative.");
        }

        var count = (int)Math.Min(asked ?? DefaultCount, MaxCount);
        var listens = new List<RecentListenRow>();
        await foreach (var listen in ReadAsync(name, before, context.RequestAborted))
        {
            // Both bounds are exclusive, to the second that the protocol knows.
            if (after is not null && listen.ListenedAt.ToUnixTimeSeconds() <= after)
            {
                break;
            }

            listens.Add(listen);

            // With a lower bound only, the ones next to it are asked for.
            if (after is null && listens.Count >= count)
            {
                break;
            }
        }

        listens = before is null && after is not null ? [.. listens.TakeLast(count)] : [.. listens.Take(count)];
        var names = await tracks.GetAsync([.. listens.Select(listen => listen.TrackId)], context.RequestAborted);
        var newest = await history.GetAsync(name, 1, null, context.RequestAborted);
        return Results.Json(new
        {
            payload = new
            {
                count = listens.Count,
                user_id = name,
                latest_listen_ts = newest.Count > 0 ? newest[0].ListenedAt.ToUnixTimeSeconds() : 0,
                listens = listens.Select(listen => Describe(name, listen, names.GetValueOrDefault(listen.TrackId))),
            },
        });
    }

    /// <summary>How many listens are kept.</summary>
    public async Task<IResult> CountAsync(string name, CancellationToken cancellationToken)
    {
        if (ProblemOfName(name) is { } problem)
        {
            return problem;
        }

        var count = await ReadAsync(name, before: null, cancellationToken).CountAsync(cancellationToken);
        return Results.Json(new { payload = new { count } });
    }

    private static object Describe(string name, RecentListenRow listen, TrackRow? track) => new
    {
        user_name = name,
        listened_at = listen.ListenedAt.ToUnixTimeSeconds(),
        track_metadata = new
        {
            artist_name = track?.Artist ?? "",
            track_name = track is { Title.Length: > 0 } ? track.Title : listen.TrackId,
            release_name = track?.Album ?? "",
            additional_info = new { track_id = listen.TrackId, duration_ms = (long?)track?.Duration?.TotalMilliseconds },
        },
    };

    /// <summary>Newest first, page by page.</summary>
    private async IAsyncEnumerable<RecentListenRow> ReadAsync(
        string name, long? before, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // No track has an empty id: everything before the second itself.
        ListenPosition? position = before is { } seconds ? new ListenPosition(DateTimeOffset.FromUnixTimeSeconds(seconds), "") : null;
        IReadOnlyList<RecentListenRow> page;
        do
        {
            page = await history.GetAsync(name, MaxCount, position, cancellationToken);
            foreach (var listen in page)
            {
                yield return listen;
            }

            position = page.Count > 0 ? new ListenPosition(page[^1].ListenedAt, page[^1].TrackId) : null;
        }
        while (page.Count == MaxCount);
    }

    /// <summary>The answer to who asks about what can't be a user's name; null where it can.</summary>
    public static IResult? ProblemOfName(string name) =>
        IdText.ProblemOfId(name) is { } problem ? Bad($"The user's name {problem}.") : null;

    private static bool TryRead(string? text, out long? number)
    {
        number = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        var isNumber = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var read) && read is >= -1 and <= 253_402_300_799;
        number = read;
        return isNumber;
    }

    private static IResult Bad(string error) => ListenBrainzErrors.Answer(StatusCodes.Status400BadRequest, error);
}
