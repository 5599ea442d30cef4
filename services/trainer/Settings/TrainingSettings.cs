using RecSys.Hosting.Errors;

namespace RecSys.Trainer.Settings;

/// <summary>
/// The settings of one training. Every key that there is stands here with its default, range and meaning; a caller gives only
/// what differs, and a version keeps all of them.
/// </summary>
internal sealed class TrainingSettings
{
    public static readonly Setting<int> AlsFactors = Setting.Integer(
        "als.factors", 64, 1, 1024, "Length of a user's and of a track's factor vector.");

    public static readonly Setting<double> AlsRegularization = Setting.Number(
        "als.regularization", 200, 0, 100_000, "Weight of the squared length of the factors in the loss.");

    public static readonly Setting<double> AlsRegularizationExponent = Setting.Number(
        "als.regularization_exponent", 0, 0, 1,
        "How far a row's regularization grows with its interactions: 0 is the same for all rows, 1 in proportion.");

    public static readonly Setting<double> AlsAlpha = Setting.Number(
        "als.alpha", 60, 0.0001, 100_000, "How much a play raises the confidence in a (user, track) cell above that of one without plays.");

    public static readonly Setting<ConfidenceChoice> AlsConfidence = Setting.Choice(
        "als.confidence", ConfidenceChoice.Log,
        "How confidence grows with plays r: linear by alpha * r; log by alpha * ln(1 + r / c0), where c0 is the mean plays of the row's "
        + "cells, at least 1; uniform by alpha, however often.");

    public static readonly Setting<double> AlsUnobservedWeight = Setting.Number(
        "als.unobserved_weight", 0, 0, 100_000,
        "0: a cell without plays counts 1 and one with plays 1 + its confidence (Hu et al. 2008). Above 0: every cell counts this much, "
        + "those with plays their confidence besides (Rendle et al. 2021).");

    public static readonly Setting<int> AlsIterations = Setting.Integer(
        "als.iterations", 12, 1, 1_000, "Times that all user factors and then all track factors are solved.");

    public static readonly Setting<SolverChoice> AlsSolver = Setting.Choice(
        "als.solver", SolverChoice.Cholesky,
        "How a row's normal equations are solved: cholesky exactly; cg by als.cg_steps steps of conjugate gradient, faster with many "
        + "factors.");

    public static readonly Setting<int> AlsCgSteps = Setting.Integer(
        "als.cg_steps", 3, 1, 100, "Steps of conjugate gradient a row.");

    public static readonly Setting<bool> AlsEnabled = Setting.Switch(
        "models.als.enabled", true, "Implicit ALS: personal lists, similar tracks, and fold-in of new listens.");

    public static readonly Setting<bool> PopularityEnabled = Setting.Switch(
        "models.popularity.enabled", true,
        "Whether popularity is measured beside the others. Its list is part of every version: new users get it.");

    public static readonly Setting<bool> ItemNeighborsEnabled = Setting.Switch(
        "models.item-knn.enabled", true, "Item-item neighbours: measured, and published in the place of ALS where that is off.");

    public static readonly Setting<int> ItemNeighborCount = Setting.Integer(
        "models.item-knn.neighbors", 100, 1, 10_000, "Neighbours that are kept of every track.");

    public static readonly Setting<double> ItemNeighborShrinkage = Setting.Number(
        "models.item-knn.shrinkage", 0, 0, 1_000_000,
        "A similarity of n common listeners is multiplied by n / (n + shrinkage), so that few count less.");

    public static readonly Setting<bool> UserNeighborsEnabled = Setting.Switch(
        "models.user-knn.enabled", false,
        "User-user neighbours: measured, and published where ALS and item-knn are off. Time grows with the square of active users.");

    public static readonly Setting<int> UserNeighborCount = Setting.Integer(
        "models.user-knn.neighbors", 100, 1, 10_000, "Neighbours that are kept of every user.");

    public static readonly Setting<int> NeighborTracks = Setting.Integer(
        "neighbors.tracks", 200_000, 100, 100_000_000,
        "Tracks, those with most listeners, that have item-item neighbours and are neighbours. Memory grows with them.");

    public static readonly Setting<int> NeighborPairs = Setting.Integer(
        "neighbors.pairs", 100, 1, 1_000_000,
        "Pairs of tracks of one user, or of users of one track, that are compared for each (user, track) cell where there are more than a "
        + "billion: then of the longest histories, or of the listeners of the most popular tracks, a sample is looked at.");

    public static readonly Setting<bool> MarkovEnabled = Setting.Switch(
        "models.markov.enabled", true, "Markov chain of the track that follows a track: measured, and the list of next tracks.");

    public static readonly Setting<double> MarkovSessionGap = Setting.Number(
        "models.markov.session_gap_minutes", 30, 1, 1_440, "Minutes of silence that end a session: what follows is no next track.");

    public static readonly Setting<double> MarkovSmoothing = Setting.Number(
        "models.markov.smoothing", 5, 0, 1_000_000, "Listens' worth of belief in popularity that each track's transitions are mixed with.");

    public static readonly Setting<int> MarkovBackoff = Setting.Integer(
        "models.markov.backoff", 200, 0, 100_000, "Popular tracks that are possible after every track.");

    public static readonly Setting<int> NextCount = Setting.Integer(
        "next.count", 50, 1, 1_000, "Next tracks that are kept of every track.");

    public static readonly Setting<int> NextTracks = Setting.Integer(
        "next.tracks", 200_000, 100, 100_000_000, "Tracks, those that were followed most often, that have lists of next tracks.");

    public static readonly Setting<int> SimilarCount = Setting.Integer(
        "similar.count", 50, 1, 500, "Similar tracks that are kept of every track.");

    public static readonly Setting<int> SimilarTracks = Setting.Integer(
        "similar.tracks", 200_000, 100, 100_000_000,
        "Tracks, those with most listeners, that have lists of similar tracks and are in them. Time grows with the square.");

    public static readonly Setting<int> PopularCount = Setting.Integer(
        "popular.count", 1_000, 1, 100_000, "Popular tracks that are kept.");

    public static readonly Setting<int> PersonalCount = Setting.Integer(
        "lists.personal", 100, 1, 1_000, "Tracks in the stored list of every user.");

    public static readonly Setting<double> BlendAls = Setting.Number(
        "blend.als", 1, 0, 1_000, "Weight of ALS where candidates of several sources are blended.");

    public static readonly Setting<double> BlendSimilar = Setting.Number(
        "blend.similar", 0.25, 0, 1_000, "Weight of tracks similar to what was heard recently.");

    public static readonly Setting<double> BlendPopular = Setting.Number(
        "blend.popular", 0.1, 0, 1_000, "Weight of popularity.");

    public static readonly Setting<double> BlendRankConstant = Setting.Number(
        "blend.rank_constant", 20, 0.0001, 100_000, "Rank at which a source's vote has fallen to about half of that for its first place.");

    public static readonly Setting<bool> Evaluate = Setting.Switch(
        "evaluation.enabled", true, "Whether plays are withheld first, to measure the models on them.");

    public static readonly Setting<int> EvaluateUsers = Setting.Integer(
        "evaluation.users", 20_000, 1, 100_000_000,
        "Most users that are measured; when there are more, a sample that stays the same from one training to the next.");

    public static readonly Setting<bool> GateEnabled = Setting.Switch(
        "gate.enabled", true, "Whether a version that is measured to be worse than the active one is refused instead of activated.");

    public static readonly Setting<double> GateConfidence = Setting.Number(
        "gate.confidence", 0.95, 0.5, 0.9999, "Share of the bootstrap interval of the difference; the higher, the surer a refusal is.");

    public static readonly Setting<double> GateTolerance = Setting.Number(
        "gate.tolerance", 0.01, 0, 1, "Loss that is put up with, as a share of the active version's own value.");

    public static readonly Setting<double> TestShare = Setting.Number(
        "split.test_share", 0.2, 0.01, 0.5, "Share of the (user, track) cells that is withheld.");

    public static readonly Setting<int> TestDays = Setting.Integer(
        "split.test_days", 0, 0, 3_650, "Withhold the last days of the log instead of a share; 0 withholds a share.");

    public static readonly Setting<int> Seed = Setting.Integer(
        "seed", 42, 0, int.MaxValue, "Seed of everything random: the initial factors and the sample of users.");

    public static readonly Setting<int> Threads = Setting.Integer(
        "threads", 0, 0, 1_024, "Threads that compute; 0 takes every core.");

    private readonly Dictionary<string, object> _values;

    private TrainingSettings(Dictionary<string, object> values) => _values = values;

    /// <summary>Every setting there is, in the order of this class.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        AlsFactors, AlsIterations, AlsRegularization, AlsRegularizationExponent,
        AlsConfidence, AlsAlpha, AlsUnobservedWeight, AlsSolver, AlsCgSteps,
        AlsEnabled, PopularityEnabled, ItemNeighborsEnabled, ItemNeighborCount, ItemNeighborShrinkage,
        UserNeighborsEnabled, UserNeighborCount, NeighborTracks, NeighborPairs, MarkovEnabled, MarkovSessionGap, MarkovSmoothing, MarkovBackoff,
        SimilarCount, SimilarTracks, NextCount, NextTracks, PopularCount, PersonalCount, BlendAls, BlendSimilar, BlendPopular, BlendRankConstant,
        .. RankerSettings.All,
        Evaluate, EvaluateUsers, TestShare, TestDays, GateEnabled, GateConfidence, GateTolerance, Seed, Threads,
    ];

    /// <summary>The defaults with what <paramref name="given"/> says instead.</summary>
    /// <param name="given">Values by key, as text.</param>
    /// <exception cref="RecSysException">INVALID_ARGUMENT that names every unknown key and every value out of range.</exception>
    public static TrainingSettings Read(IReadOnlyDictionary<string, string> given)
    {
        var values = All.ToDictionary(setting => setting.Key, setting => setting.TryParse(setting.DefaultText)!);
        var violations = new FieldViolations();
        foreach (var (key, text) in given.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (All.FirstOrDefault(setting => setting.Key == key) is not { } setting)
            {
                violations.Add($"settings[{key}]", $"is not a setting; {SettingKeys.Hint(key)}");
            }
            else if (setting.TryParse(text) is { } value)
            {
                values[key] = value;
            }
            else
            {
                violations.Add($"settings[{key}]", setting.Refuse(text));
            }
        }

        var settings = new TrainingSettings(values);
        violations.Require(
            settings.Get(BlendAls) + settings.Get(BlendSimilar) + settings.Get(BlendPopular) > 0,
            $"settings[{BlendAls.Key}]", $"must be above 0 when {BlendSimilar.Key} and {BlendPopular.Key} are 0");
        violations.ThrowIfAny();
        return settings;
    }

    /// <summary>The value of one setting.</summary>
    public T Get<T>(Setting<T> setting)
        where T : struct => (T)_values[setting.Key];

    /// <summary>Every setting as text, defaults included; <see cref="Read"/> reads it back.</summary>
    public IReadOnlyDictionary<string, string> ToText() =>
        All.ToDictionary(setting => setting.Key, setting => setting.Format(_values[setting.Key]));
}

/// <summary>How confidence grows with plays.</summary>
internal enum ConfidenceChoice
{
    /// <summary>1 + alpha · r.</summary>
    Linear,

    /// <summary>1 + alpha · ln(1 + r / c0).</summary>
    Log,

    /// <summary>alpha, however often.</summary>
    Uniform,
}

/// <summary>How a row's normal equations are solved.</summary>
internal enum SolverChoice
{
    /// <summary>Exactly, by a Cholesky factorization.</summary>
    Cholesky,

    /// <summary>By a few steps of conjugate gradient from the last iteration's factors.</summary>
    Cg,
}
