namespace RecSys.Data.Artifacts;

/// <summary>Names under which the trainer writes and others read.</summary>
public static class ArtifactNames
{
    /// <summary>Text list: the user id of each user index.</summary>
    public const string UserIds = "user_ids";

    /// <summary>Text list: the track id of each item index.</summary>
    public const string TrackIds = "track_ids";

    /// <summary>Float matrix, users × factors.</summary>
    public const string AlsUserFactors = "als_user_factors";

    /// <summary>Float matrix, items × factors.</summary>
    public const string AlsItemFactors = "als_item_factors";

    /// <summary>64-bit array of user count + 1: where each user's items begin in <see cref="HeardItems"/>.</summary>
    public const string HeardOffsets = "heard_offsets";

    /// <summary>32-bit array: the item indices that each user has heard, ascending per user.</summary>
    public const string HeardItems = "heard_items";

    /// <summary>32-bit array: how often each of <see cref="HeardItems"/> was played, at least 1. Without it, each counts as once.</summary>
    public const string HeardPlays = "heard_plays";

    /// <summary>Links from each item to its neighbours; three artifacts, as <see cref="OffsetsOf"/> and its siblings say.</summary>
    public const string ItemNeighbors = "item_neighbors";

    /// <summary>Links from each user to the most similar users.</summary>
    public const string UserNeighbors = "user_neighbors";

    /// <summary>Links from each item to those that followed it.</summary>
    public const string NextTracks = "next_tracks";

    /// <summary>Text list: the users of <see cref="Quality"/>.</summary>
    public const string QualityUserIds = "quality_user_ids";

    /// <summary>
    /// Float matrix, measured users × 2: NDCG@20 of the user's personal list and of the popular tracks, by which a later version is
    /// compared with this one.
    /// </summary>
    public const string Quality = "quality";

    /// <summary>
    /// Bytes: the ranker's trees in the form of their own (versions before decision 9: XGBoost's JSON). A version without them is ranked
    /// by the blend.
    /// </summary>
    public const string RankerTrees = "ranker_trees";

    /// <summary>Text list: the features that the trees number, in order.</summary>
    public const string RankerFeatures = "ranker_features";

    /// <summary>Float matrix, items × statistics.</summary>
    public const string RankerItems = "ranker_items";

    /// <summary>32-bit array: the artist index of each item; −1 when unknown.</summary>
    public const string RankerArtists = "ranker_artists";

    /// <summary>32-bit array: the album index of each item; −1 when unknown.</summary>
    public const string RankerAlbums = "ranker_albums";

    /// <summary>64-bit array of item count + 1: where each item's genres begin in <see cref="RankerGenres"/>.</summary>
    public const string RankerGenreOffsets = "ranker_genre_offsets";

    /// <summary>32-bit array: genre indices.</summary>
    public const string RankerGenres = "ranker_genres";

    /// <summary>Text list: the name of each genre index.</summary>
    public const string RankerGenreNames = "ranker_genre_names";

    /// <summary>Bytes, SVG: which features the trees gain most from.</summary>
    public const string RankerImportance = "ranker_importance_svg";

    /// <summary>What a version that is refreshed without a new fit takes over as it is, where it is there.</summary>
    public static IReadOnlyList<string> KeptByRefresh { get; } = [QualityUserIds, Quality];

    /// <summary>Bytes, UTF-8 JSON: the weights with which the ranker blends sources.</summary>
    public const string Blend = "blend";

    /// <summary>64-bit array of row count + 1: where each row's links begin in <see cref="TargetsOf"/>.</summary>
    public static string OffsetsOf(string links) => $"{links}_offsets";

    /// <summary>32-bit array: what each link leads to, the strongest of a row first.</summary>
    public static string TargetsOf(string links) => $"{links}_targets";

    /// <summary>Float matrix of one row: how strong each link is.</summary>
    public static string WeightsOf(string links) => $"{links}_weights";
}
