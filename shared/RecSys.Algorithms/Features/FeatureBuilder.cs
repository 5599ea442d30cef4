using RecSys.Algorithms.Candidates;

namespace RecSys.Algorithms.Features;

/// <summary>
/// Makes the rows that the ranker is trained on, and the rows that it scores. Everything it looks at lies before the cut
/// (statistics, and the listens that it is given) or is known when a list is asked for. Safe for use by many threads.
/// </summary>
/// <param name="statistics">Of the items, up to the cut.</param>
/// <param name="catalogue">Of the items.</param>
public sealed class FeatureBuilder(ItemStatistics statistics, CatalogueIndex catalogue)
{
    /// <summary>Values in a row.</summary>
    public static int FeatureCount => RankingFeatures.All.Count;

    /// <summary>Writes a row for each candidate.</summary>
    /// <param name="history">The user's listens; those at the moment or later are not looked at.</param>
    /// <param name="moment">When the list is asked for, in microseconds since 1970 UTC; 0 when times mean nothing.</param>
    /// <param name="candidates">The candidates; an item index below 0 is a track that the model does not know.</param>
    /// <param name="rows">Receives candidates × <see cref="FeatureCount"/> values; NaN for missing.</param>
    /// <exception cref="AlgorithmException">The sizes do not agree.</exception>
    public void Build(UserListens history, long moment, IReadOnlyList<MergedCandidate> candidates, Span<float> rows)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var features = RankingFeatures.All;
        if (rows.Length != candidates.Count * features.Count)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, $"{candidates.Count} rows of {features.Count} features are not {rows.Length} values.");
        }

        var context = new FeatureContext(statistics, catalogue, new UserSummary(history.Before(moment), statistics, catalogue), moment);
        for (var c = 0; c < candidates.Count; c++)
        {
            context.MoveTo(candidates[c].ItemIndex, candidates[c].Votes);
            var row = rows.Slice(c * features.Count, features.Count);
            for (var f = 0; f < row.Length; f++)
            {
                row[f] = features[f].Value(context);
            }
        }
    }
}

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

    public ListenTotals? OfItem { get; private set; }

    public ListenTotals? OfArtist { get; private set; }

    public ListenTotals? OfAlbum { get; private set; }

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
    public float ShareOfPlays(ListenTotals? totals) => user.Total.Plays > 0 ? (totals?.Plays ?? 0) / user.Total.Plays : float.NaN;

    /// <summary>The share of the current session's listens that went to something.</summary>
    public float ShareOfSession(ListenTotals? totals) =>
        user.SessionListens > 0 ? (totals?.SessionListens ?? 0) / (float)user.SessionListens : float.NaN;

    /// <summary>Days since the last listen of something; NaN when it was never heard, or when is unknown.</summary>
    public float DaysSince(ListenTotals? totals) => totals is null ? float.NaN : LogTime.DaysBetween(totals.LastTime, moment);

    /// <summary>The mean over the candidate's genres; NaN without genres.</summary>
    public float MeanOverGenres(Func<ListenTotals?, float> value)
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
