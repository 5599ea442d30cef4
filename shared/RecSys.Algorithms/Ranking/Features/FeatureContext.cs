using RecSys.Algorithms.Candidates;

namespace RecSys.Algorithms.Ranking.Features;

/// <summary>What a feature is computed from: one candidate of one user at one moment.</summary>
internal sealed class FeatureContext(ItemStatistics statistics, CatalogueIndex catalogue, UserSummary user, long moment)
{
    private readonly SourceVote?[] _votes = new SourceVote?[RankingFeatures.SourceSlots];

    public ItemStatistics Statistics => statistics;

    public CatalogueIndex Catalogue => catalogue;

    public UserSummary User => user;

    /// <summary>When the list is asked for; 0 when the log has no times.</summary>
    public long Moment => moment;

    /// <summary>The candidate; negative when the model does not know it.</summary>
    public int Item { get; private set; }

    public bool IsKnown => Item >= 0;

    public int Artist { get; private set; }

    public int Album { get; private set; }

    public Tally? OfItem { get; private set; }

    public Tally? OfArtist { get; private set; }

    public Tally? OfAlbum { get; private set; }

    public ReadOnlySpan<int> Genres => IsKnown ? catalogue.GenresOf(Item) : [];

    public int VoteCount { get; private set; }

    public SourceVote? Vote(SourceKind source) => _votes[(int)source];

    public void MoveTo(int itemIndex, IReadOnlyList<SourceVote> votes)
    {
        Item = itemIndex;
        Artist = IsKnown ? catalogue.ArtistOf(itemIndex) : -1;
        Album = IsKnown ? catalogue.AlbumOf(itemIndex) : -1;
        OfItem = IsKnown ? user.OfItem(itemIndex) : null;
        OfArtist = Artist >= 0 ? user.OfArtist(Artist) : null;
        OfAlbum = Album >= 0 ? user.OfAlbum(Album) : null;
        Array.Clear(_votes);
        VoteCount = votes.Count;
        foreach (var vote in votes)
        {
            if ((uint)vote.Source < (uint)_votes.Length)
            {
                _votes[(int)vote.Source] = vote;
            }
        }
    }

    /// <summary>A statistic of the candidate; NaN when the model does not know it.</summary>
    public float OfStatistics(Func<ItemStatistics, int, float> statistic) => IsKnown ? statistic(statistics, Item) : float.NaN;

    /// <summary>The share of the user's plays that went to something; NaN without plays, 0 where none went there.</summary>
    public float ShareOfPlays(Tally? tally) => user.Total.Plays > 0 ? (tally?.Plays ?? 0) / user.Total.Plays : float.NaN;

    /// <summary>The share of the current session's listens that went to something.</summary>
    public float ShareOfSession(Tally? tally) =>
        user.SessionListens > 0 ? (tally?.SessionListens ?? 0) / (float)user.SessionListens : float.NaN;

    /// <summary>Days since the last listen of something; NaN when it was never heard, or when is unknown.</summary>
    public float DaysSince(Tally? tally) => tally is null ? float.NaN : LogTime.DaysBetween(tally.LastTime, moment);

    /// <summary>The mean over the candidate's genres; NaN without genres.</summary>
    public float MeanOverGenres(Func<Tally?, float> value)
    {
        var genres = Genres;
        var sum = 0f;
        foreach (var genre in genres)
        {
            sum += value(user.OfGenre(genre));
        }

        return genres.IsEmpty ? float.NaN : sum / genres.Length;
    }

    /// <summary>Days since the last listen of any of the candidate's genres.</summary>
    public float DaysSinceGenre()
    {
        var least = float.NaN;
        foreach (var genre in Genres)
        {
            var days = DaysSince(user.OfGenre(genre));
            least = float.IsNaN(least) || days < least ? days : least;
        }

        return least;
    }
}
