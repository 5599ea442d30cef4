using RecSys.Algorithms.Candidates;

namespace RecSys.Algorithms.Features;

/// <summary>
/// Every feature there is: name, unit, meaning and computation in one place. The order is that of the columns of a trained
/// model. docs/algorithms/features.md has the same table, and a test compares the two.
/// </summary>
public static class RankingFeatures
{
    /// <summary>Sources are numbered from 1; a source that was added later is found here by its number.</summary>
    internal static readonly int SourceSlots = Enum.GetValues<SourceKind>().Max(source => (int)source) + 1;

    // Of the blend: ranks by which a vote has fallen to about half.
    private const float RankConstant = 20;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RankingFeature> All { get; } =
    [
        .. Enum.GetValues<SourceKind>().SelectMany(SourceFeatures),
        new("source_count", "1 to 6", "Sources that retrieved the track.", c => c.VoteCount, direction: 1),
        new("rank_sum", "0 to 0.3", "Σ over the sources that retrieved the track of 1 / (20 + rank): agreement of the sources.", RankSum, direction: 1),

        new("track_listeners", "users", "Distinct listeners of the track before the cut.", c => c.OfStatistics((s, i) => s.Listeners(i))),
        new("track_listener_share", "0 to 1", "The same, divided by all users.", c => c.OfStatistics((s, i) => s.Listeners(i) / Math.Max(1, s.UserCount))),
        new("track_plays_per_listener", "listens", "Listens of the track before the cut, divided by its listeners.",
            c => c.OfStatistics((s, i) => s.Plays(i) / Math.Max(1, s.Listeners(i)))),
        new("track_trend", "ln ratio",
            "ln((r + 1) / (0.1 n + 1)) with n the track's listens and r those in the newest tenth of the log before the cut: above 0 when it is heard more than usual.",
            c => c.OfStatistics((s, i) => s.Trend(i))),
        new("track_age", "days", "Time since the track was first heard by anybody.",
            c => c.Moment > 0 && c.IsKnown ? LogTime.Days(c.Moment) - c.Statistics.FirstDay(c.Item) : float.NaN),
        new("track_played_share", "0 to 1", "Mean share of the track that its listeners played.", c => c.OfStatistics((s, i) => s.MeanShare(i))),
        new("track_skip_rate", "0 to 1", "Share of the track's listens that played less than half of it.", c => c.OfStatistics((s, i) => s.SkipRate(i))),

        new("user_track_plays", "plays", "The user's plays of the track; 0 unless heard tracks may come back.", c => c.OfItem?.Plays ?? 0),
        new("user_artist_plays", "plays", "The user's plays of the artist.", c => c.Artist < 0 ? float.NaN : c.OfArtist?.Plays ?? 0),
        new("artist_affinity", "0 to 1", "Share of the user's plays that went to the artist.", c => c.Artist < 0 ? float.NaN : c.ShareOfPlays(c.OfArtist)),
        new("album_affinity", "0 to 1", "Share of the user's plays that went to the album.", c => c.Album < 0 ? float.NaN : c.ShareOfPlays(c.OfAlbum)),
        new("genre_affinity", "0 to 1", "Share of the user's plays that went to the track's genres, the mean over these.", c => c.MeanOverGenres(c.ShareOfPlays)),
        new("days_since_track", "days", "Time since the user last heard the track.", c => c.DaysSince(c.OfItem)),
        new("days_since_artist", "days", "Time since the user last heard the artist.", c => c.DaysSince(c.OfArtist)),
        new("days_since_genre", "days", "Time since the user last heard one of the track's genres.", c => c.DaysSinceGenre()),
        new("user_artist_played_share", "0 to 1", "Mean share that the user played of the artist's tracks.", c => c.OfArtist?.MeanShare ?? float.NaN),
        new("user_artist_skip_rate", "0 to 1", "Share of the artist's tracks of which the user played less than half.", c => c.OfArtist?.SkipRate ?? float.NaN),

        new("user_months_active", "months", "Time from the first to the last of the user's newest 500 listens, at least 1.", c => c.User.MonthsActive),
        new("user_tracks", "tracks", "Distinct tracks among the user's newest 500 listens.", c => c.User.TrackCount),
        new("user_tracks_per_month", "tracks a month", "These tracks, divided by these months.", c => c.User.TrackCount / c.User.MonthsActive),
        new("user_rating_mean", "0 to 1", "Mean rating (listeners, 1 for the most heard track) of the user's tracks: how mainstream the user is.", c => c.User.RatingMean),
        new("user_rating_deviation", "0 to 1", "Standard deviation of these ratings.", c => c.User.RatingDeviation),
        new("user_played_share", "0 to 1", "Mean share of a track that the user plays.", c => c.User.Total.MeanShare),
        new("user_skip_rate", "0 to 1", "Share of the user's listens that played less than half of the track.", c => c.User.Total.SkipRate),

        new("hours_since_listen", "hours", "Time since the user's last listen.", c => LogTime.HoursBetween(c.User.Total.LastTime, c.Moment)),
        new("session_listens", "listens", "Listens in the user's last session (no gap above 30 minutes).", c => c.User.SessionListens),
        new("session_artist_share", "0 to 1", "Share of these that went to the artist.", c => c.Artist < 0 ? float.NaN : c.ShareOfSession(c.OfArtist)),
        new("session_genre_share", "0 to 1", "Share of these that went to the track's genres, the mean over these.", c => c.MeanOverGenres(c.ShareOfSession)),
        new("is_last_artist", "0 or 1", "Whether the user's last listen was of the same artist.",
            c => c.Artist < 0 || c.User.LastItem < 0 ? float.NaN : c.Catalogue.ArtistOf(c.User.LastItem) == c.Artist ? 1 : 0),
        new("hour_of_day", "0 to 24, UTC", "When the list is asked for.", c => LogTime.HourOfDay(c.Moment)),
        new("weekday", "0 to 6, Monday is 0, UTC", "When the list is asked for.", c => LogTime.Weekday(c.Moment)),
        new("genre", "index", "The track's first genre.", c => c.Genres.IsEmpty ? float.NaN : c.Genres[0], isCategorical: true),
    ];

    /// <summary>The name of a source in features, lists and settings, such as <c>item-neighbors</c>.</summary>
    public static string NameOf(SourceKind source) => source switch
    {
        SourceKind.Als => "als",
        SourceKind.Similar => "similar",
        SourceKind.Popular => "popular",
        SourceKind.ItemNeighbors => "item-neighbors",
        SourceKind.UserNeighbors => "user-neighbors",
        SourceKind.Next => "next",
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, null),
    };

    private static IEnumerable<RankingFeature> SourceFeatures(SourceKind source)
    {
        var name = NameOf(source);
        var prefix = name.Replace('-', '_');
        yield return new RankingFeature(
            $"{prefix}_score", "the source's own", $"Score of the source {name}; missing when it did not retrieve the track.",
            c => (float?)c.Vote(source)?.Score ?? float.NaN, direction: 1);
        yield return new RankingFeature(
            $"{prefix}_rank", "place, from 1", $"Place in the list of the source {name}; missing when it did not retrieve the track.",
            c => c.Vote(source)?.Rank ?? float.NaN, direction: -1);
    }

    private static float RankSum(FeatureContext context)
    {
        var sum = 0f;
        foreach (var source in Enum.GetValues<SourceKind>())
        {
            sum += context.Vote(source) is { } vote ? 1 / (RankConstant + vote.Rank) : 0;
        }

        return sum;
    }
}

/// <summary>One value that the ranker looks at.</summary>
public sealed class RankingFeature
{
    internal RankingFeature(string name, string unit, string meaning, Func<FeatureContext, float> value, bool isCategorical = false, int direction = 0) =>
        (Name, Unit, Meaning, Value, IsCategorical, Direction) = (name, unit, meaning, value, isCategorical, direction);

    /// <summary>Its name in models and answers, such as <c>als_rank</c>.</summary>
    public string Name { get; }

    /// <summary>The unit or range of its values.</summary>
    public string Unit { get; }

    /// <summary>What it says, and when it is missing.</summary>
    public string Meaning { get; }

    /// <summary>Whether values are indices that have no order.</summary>
    public bool IsCategorical { get; }

    /// <summary>1 when more of it can only speak for a candidate, −1 when less of it can, 0 when that is open.</summary>
    public int Direction { get; }

    internal Func<FeatureContext, float> Value { get; }
}
