using System.Runtime.InteropServices;
using RecSys.Algorithms.Neighbors;

namespace RecSys.Algorithms.Features;

/// <summary>A user's listens before the moment of asking, counted once for all candidates.</summary>
internal sealed class UserSummary
{
    // The usual gap after which a player takes a new session to begin.
    private const long SessionGap = 30L * 60 * 1_000_000;

    private readonly Dictionary<int, ListenTotals> _items = [];
    private readonly Dictionary<int, ListenTotals> _artists = [];
    private readonly Dictionary<int, ListenTotals> _albums = [];
    private readonly Dictionary<int, ListenTotals> _genres = [];

    public UserSummary(UserListens history, ItemStatistics statistics, CatalogueIndex catalogue)
    {
        var latest = history.Latest(UserListens.MaxListens);
        var items = latest.Items.Span;
        var times = latest.Times.Span;
        var shares = latest.Shares.Span;
        var plays = latest.Plays.Span;
        var sessionStart = SessionStart(times);
        SessionListens = times.Length - sessionStart;
        for (var i = 0; i < items.Length; i++)
        {
            var item = items[i];
            var isInSession = i >= sessionStart;
            Total.Add(plays[i], times[i], shares[i], isInSession);
            Of(_items, item).Add(plays[i], times[i], shares[i], isInSession);
            if (catalogue.ArtistOf(item) is >= 0 and var artist)
            {
                Of(_artists, artist).Add(plays[i], times[i], shares[i], isInSession);
            }

            if (catalogue.AlbumOf(item) is >= 0 and var album)
            {
                Of(_albums, album).Add(plays[i], times[i], shares[i], isInSession);
            }

            foreach (var genre in catalogue.GenresOf(item))
            {
                Of(_genres, genre).Add(plays[i], times[i], shares[i], isInSession);
            }
        }

        LastItem = items.IsEmpty ? -1 : items[^1];
        MonthsActive = items.IsEmpty ? float.NaN : Math.Max(1, LogTime.MonthsBetween(times[0], times[^1]));
        (RatingMean, RatingDeviation) = Ratings(statistics);
    }

    /// <summary>All listens together.</summary>
    public ListenTotals Total { get; } = new();

    public int TrackCount => _items.Count;

    public float MonthsActive { get; }

    public float RatingMean { get; }

    public float RatingDeviation { get; }

    public int SessionListens { get; }

    /// <summary>The item heard last; negative when none was.</summary>
    public int LastItem { get; }

    public ListenTotals? OfItem(int item) => _items.GetValueOrDefault(item);

    public ListenTotals? OfArtist(int artist) => _artists.GetValueOrDefault(artist);

    public ListenTotals? OfAlbum(int album) => _albums.GetValueOrDefault(album);

    public ListenTotals? OfGenre(int genre) => _genres.GetValueOrDefault(genre);

    private static ListenTotals Of(Dictionary<int, ListenTotals> totals, int key)
    {
        ref var found = ref CollectionsMarshal.GetValueRefOrAddDefault(totals, key, out _);
        return found ??= new ListenTotals();
    }

    // The place of the first listen of the last session: no gap after it.
    private static int SessionStart(ReadOnlySpan<long> times)
    {
        var start = times.Length;
        while (start > 0 && times[start - 1] > 0 && (start == times.Length || times[start] - times[start - 1] <= SessionGap))
        {
            start--;
        }

        return start;
    }

    private (float Mean, float Deviation) Ratings(ItemStatistics statistics)
    {
        if (_items.Count == 0)
        {
            return (float.NaN, float.NaN);
        }

        var (sum, squares) = (0.0, 0.0);
        foreach (var item in _items.Keys)
        {
            double share = statistics.ShareOfMostHeard(item);
            sum += share;
            squares += share * share;
        }

        var mean = sum / _items.Count;
        return ((float)mean, (float)Math.Sqrt(Math.Max(0, (squares / _items.Count) - (mean * mean))));
    }
}

/// <summary>What a user's listens say of one thing: a track, an artist, an album or a genre.</summary>
internal sealed class ListenTotals
{
    private float _shareSum;
    private int _shares;
    private int _skips;

    public float Plays { get; private set; }

    /// <summary>The last listen; 0 when unknown.</summary>
    public long LastTime { get; private set; }

    /// <summary>Listens in the current session.</summary>
    public int SessionListens { get; private set; }

    public float MeanShare => _shares > 0 ? _shareSum / _shares : float.NaN;

    public float SkipRate => _shares > 0 ? (float)_skips / _shares : float.NaN;

    public void Add(float plays, long time, float share, bool isInSession)
    {
        Plays += plays;
        LastTime = Math.Max(LastTime, time);
        SessionListens += isInSession ? 1 : 0;
        if (!float.IsNaN(share))
        {
            _shareSum += share;
            _shares++;
            _skips += share < ItemStatistics.SkipShare ? 1 : 0;
        }
    }
}

/// <summary>Conversions of microseconds since 1970 UTC.</summary>
internal static class LogTime
{
    private const double MicrosecondsPerHour = 3.6e9;
    private const double MicrosecondsPerDay = 24 * MicrosecondsPerHour;

    // The mean Gregorian year has 365.2425 days.
    private const double DaysPerMonth = 365.2425 / 12;

    public static float Days(long microseconds) => (float)(microseconds / MicrosecondsPerDay);

    /// <summary>Days from one time to another; NaN when one is unknown (0).</summary>
    public static float DaysBetween(long from, long to) => from > 0 && to > 0 ? (float)((to - from) / MicrosecondsPerDay) : float.NaN;

    public static float HoursBetween(long from, long to) => from > 0 && to > 0 ? (float)((to - from) / MicrosecondsPerHour) : float.NaN;

    public static float MonthsBetween(long from, long to) => (float)(DaysBetween(from, to) / DaysPerMonth);

    public static float HourOfDay(long time) => time > 0 ? (float)(time / MicrosecondsPerHour % 24) : float.NaN;

    /// <summary>0 is Monday. 1970-01-01 was a Thursday.</summary>
    public static float Weekday(long time) => time > 0 ? (int)(((time / (long)MicrosecondsPerDay) + 3) % 7) : float.NaN;
}
