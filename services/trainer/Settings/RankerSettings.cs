namespace RecSys.Trainer.Settings;

/// <summary>The settings of a training that concern candidates and their ranker.</summary>
internal static class RankerSettings
{
    public static readonly Setting<bool> ItemNeighbors = Setting.Switch(
        "sources.item_neighbors", true, "Whether tracks with many listeners in common with what was heard are candidates.");

    public static readonly Setting<bool> UserNeighbors = Setting.Switch(
        "sources.user_neighbors", true, "Whether what the most similar users heard are candidates.");

    public static readonly Setting<bool> NextTracks = Setting.Switch(
        "sources.next", true, "Whether tracks that often followed the last ones are candidates; needs a log with times.");

    public static readonly Setting<int> NeighborCount = Setting.Integer(
        "sources.neighbors", 100, 1, 1_000, "Neighbours kept of every track and user, and followers of every track.");

    public static readonly Setting<bool> Enabled = Setting.Switch(
        "ranker.enabled", true, "Whether boosted trees are trained to order candidates; without them the blend of the sources does.");

    public static readonly Setting<RankerObjective> Objective = Setting.Choice(
        "ranker.objective", RankerObjective.Logistic,
        "What the trees are to get right: ndcg the order of a user's candidates (LambdaMART); logistic whether each is heard (log loss).");

    public static readonly Setting<int> Trees = Setting.Integer("ranker.trees", 1_000, 1, 10_000, "Trees at most; of each member where a committee is trained.");

    public static readonly Setting<int> Depth = Setting.Integer("ranker.depth", 4, 1, 16, "Splits on a way through a tree at most.");

    public static readonly Setting<double> LearningRate = Setting.Number(
        "ranker.learning_rate", 0.15, 0.0001, 1, "How much each tree adds.");

    public static readonly Setting<double> MinimumWeight = Setting.Number(
        "ranker.minimum_weight", 10, 0, 100_000, "Least weight of a leaf: more means fewer leaves made from little data.");

    public static readonly Setting<int> Negatives = Setting.Integer(
        "ranker.negatives", 100, 1, 1_000, "Candidates that were not heard, drawn for each user with one that was.");

    public static readonly Setting<int> EarlyStopping = Setting.Integer(
        "ranker.early_stopping", 25, 1, 10_000, "Trees without a better metric on the validation users after which training ends.");

    public static readonly Setting<double> ValidationShare = Setting.Number(
        "ranker.validation_share", 0.2, 0.01, 0.5, "Share of the users that are not trained on but decide how many trees are kept.");

    public static readonly Setting<double> LabelShare = Setting.Number(
        "ranker.label_share", 0.1, 0.01, 0.5,
        "Share of the listens before a cut, the newest, that are labels: sources are fitted to what was before, and learnt is what of it was heard then.");

    public static readonly Setting<int> Windows = Setting.Integer(
        "ranker.windows", 5, 1, 50,
        "How many such parts the ranker learns from at most, each before the next: sources are fitted anew for each of them.");

    public static readonly Setting<int> EnoughUsers = Setting.Integer(
        "ranker.enough_users", 1_000, 0, 10_000_000,
        "Examples (users at a cut) below which older and overlapping parts are looked at, too, and a committee is trained with a blend of the sources.");

    public static readonly Setting<int> Users = Setting.Integer(
        "ranker.users", 4_000, 10, 10_000_000, "Most users that the ranker learns from in a part; a seeded sample when there are more, and then no earlier part is looked at.");

    public static readonly Setting<int> Candidates = Setting.Integer(
        "ranker.candidates", 300, 10, 1_000, "Candidates of a user, as many as serving asks for.");

    public static readonly Setting<int> ListUsers = Setting.Integer(
        "ranker.list_users", 20_000, 0, 100_000_000,
        "Users whose stored list the ranker orders, those who listened last; the stored lists of the others are those of ALS.");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        ItemNeighbors, UserNeighbors, NextTracks, NeighborCount,
        Enabled, Objective, Trees, Depth, LearningRate, MinimumWeight, Negatives, EarlyStopping,
        ValidationShare, LabelShare, Windows, EnoughUsers, Users, Candidates, ListUsers,
    ];
}

/// <summary>What the ranker's trees are to get right.</summary>
internal enum RankerObjective
{
    /// <summary>The order within a user's candidates: LambdaMART, LightGBM's lambdarank.</summary>
    Ndcg,

    /// <summary>Whether each candidate is heard: log loss, LightGBM's binary.</summary>
    Logistic,
}
