using System.Runtime.InteropServices;

namespace RecSys.Algorithms.Ranking.Features;

/// <summary>A user's listens before the moment of asking, counted once for all candidates.</summary>
internal sealed class UserSummary
{
    // The usual gap after which a player takes a new session to begin.
    private const long SessionGap = 30L * 60 * 1_000_000;

    private readonly Dictionary<int, Tally> _items = [];
    private readonly Dictionary<int, Tally> _artists = [];
    private readonly Dictionary<int, Tally> _albums = [];
    private readonly Dictionary<int, Tally> _genres = [];

    public UserSummary(UserHistory history, ItemStatistics statistics, CatalogueIndex catalogue)
    {
        var latest = history.Latest(UserHistory.MaxListens);
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
    public Tally Total { get; } = new();

    public int TrackCount => _items.Count;

    public float MonthsActive { get; }

    public float RatingMean { get; }

    public float RatingDeviation { get; }

    public int SessionListens { get; }

    /// <summary>The item heard last; negative when none was.</summary>
    public int LastItem { get; }

    public Tally? OfItem(int item) => _items.GetValueOrDefault(item);

    public Tally? OfArtist(int artist) => _artists.GetValueOrDefault(artist);

    public Tally? OfAlbum(int album) => _albums.GetValueOrDefault(album);

    public Tally? OfGenre(int genre) => _genres.GetValueOrDefault(genre);

    private static Tally Of(Dictionary<int, Tally> tallies, int key)
    {
        ref var tally = ref CollectionsMarshal.GetValueRefOrAddDefault(tallies, key, out _);
        return tally ??= new Tally();
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
            double rating = statistics.Rating(item);
            sum += rating;
            squares += rating * rating;
        }

        var mean = sum / _items.Count;
        return ((float)mean, (float)Math.Sqrt(Math.Max(0, (squares / _items.Count) - (mean * mean))));
    }
}
