using System.Globalization;

namespace RecSys.Algorithms.Evaluation;

/// <summary>
/// One metric with its cut-off, written as <c>recall@20</c>, <c>recall-micro@10</c>, <c>ndcg@20</c>, <c>epr</c>, ….
/// </summary>
/// <param name="Kind">What is measured.</param>
/// <param name="CutOff">How many of the first recommended items count; 0 where the whole ranking does.</param>
public readonly record struct Metric(MetricKind Kind, int CutOff)
{
    /// <summary>The largest cut-off that is accepted.</summary>
    public const int MaxCutOff = 10_000;

    private static readonly (string Name, MetricKind Kind, CutOffRule Rule)[] Names =
    [
        ("recall", MetricKind.Recall, CutOffRule.Required),
        ("recall-micro", MetricKind.RecallMicro, CutOffRule.Required),
        ("precision", MetricKind.Precision, CutOffRule.Required),
        ("map", MetricKind.Map, CutOffRule.Required),
        ("ndcg", MetricKind.Ndcg, CutOffRule.Required),
        ("hit-rate", MetricKind.HitRate, CutOffRule.Required),
        ("mrr", MetricKind.Mrr, CutOffRule.Optional),
        ("epr", MetricKind.Epr, CutOffRule.None),
        ("epr-catalogue", MetricKind.EprCatalogue, CutOffRule.None),
        ("epr-mid-rank", MetricKind.EprMidRank, CutOffRule.None),
        ("coverage", MetricKind.Coverage, CutOffRule.Required),
        ("coverage-per-user", MetricKind.CoveragePerUser, CutOffRule.Required),
        ("novelty", MetricKind.Novelty, CutOffRule.Required),
        ("average-popularity", MetricKind.AveragePopularity, CutOffRule.Required),
    ];

    private enum CutOffRule
    {
        None,
        Optional,
        Required,
    }

    /// <summary>The names that <see cref="Parse"/> knows, each as it is written with its cut-off, such as <c>recall@k</c>.</summary>
    public static IReadOnlyList<string> KnownNames { get; } =
        [.. Names.Select(n => n.Rule switch
        {
            CutOffRule.None => n.Name,
            CutOffRule.Optional => n.Name + "[@k]",
            _ => n.Name + "@k",
        })];

    /// <summary>Whether the position of every test item in the whole ranking is needed, not only the first k items.</summary>
    public bool NeedsFullRanking => CutOff == 0;

    /// <summary>Whether less is better.</summary>
    public bool LowerIsBetter => Kind is MetricKind.Epr or MetricKind.EprCatalogue or MetricKind.EprMidRank;

    /// <summary>Reads a metric's name. Upper case and underscores are accepted; <see cref="ToString"/> gives the usual form.</summary>
    /// <exception cref="AlgorithmException">The name is unknown or its cut-off is missing, not allowed or out of range; the message lists what is known.</exception>
    public static Metric Parse(string text) =>
        TryParse(text, out var metric, out var error) ? metric : throw new AlgorithmException(AlgorithmError.InvalidSetting, error);

    /// <summary>Reads metrics separated by commas, such as <c>recall@20,ndcg@20</c>, without repeating any.</summary>
    /// <exception cref="AlgorithmException">One of them can't be read, or there is none.</exception>
    public static IReadOnlyList<Metric> ParseList(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var metrics = text
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(Parse)
            .Distinct()
            .ToArray();
        return metrics.Length > 0
            ? metrics
            : throw new AlgorithmException(
                AlgorithmError.InvalidSetting, $"No metric is named. Known metrics: {string.Join(", ", KnownNames)}.");
    }

    /// <summary>Reads a metric's name; <paramref name="error"/> says what is wrong and what is known when it can't be read.</summary>
    public static bool TryParse(string? text, out Metric metric, out string error)
    {
        metric = default;
        error = "";
        var normalized = (text ?? "").Trim().ToLowerInvariant().Replace('_', '-');
        var at = normalized.IndexOf('@', StringComparison.Ordinal);
        var name = at < 0 ? normalized : normalized[..at];
        var entry = Array.Find(Names, n => n.Name == name);
        if (entry.Name is null)
        {
            error = $"'{text}' is not a metric. Known metrics: {string.Join(", ", KnownNames)}.";
            return false;
        }

        if (at < 0)
        {
            if (entry.Rule == CutOffRule.Required)
            {
                error = $"'{text}' lacks its cut-off: write {name}@10 for the first 10 recommended items.";
                return false;
            }

            metric = new Metric(entry.Kind, 0);
            return true;
        }

        if (entry.Rule == CutOffRule.None)
        {
            error = $"'{text}' has a cut-off, but {name} looks at the whole ranking: write {name}.";
            return false;
        }

        if (!int.TryParse(normalized.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var cutOff)
            || cutOff is < 1 or > MaxCutOff)
        {
            error = $"The cut-off of '{text}' must be a whole number from 1 to {MaxCutOff}, as in {name}@10.";
            return false;
        }

        metric = new Metric(entry.Kind, cutOff);
        return true;
    }

    /// <summary>The metric's name as <see cref="Parse"/> reads it.</summary>
    public override string ToString()
    {
        var kind = Kind;
        var name = Array.Find(Names, n => n.Kind == kind).Name;
        return CutOff == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}@{CutOff}");
    }
}

/// <summary>What a metric measures. Every metric ranks the full catalogue; none samples negatives.</summary>
public enum MetricKind
{
    /// <summary>Mean over users of hits in the first k divided by the user's relevant items. 0…1, more is better.</summary>
    Recall,

    /// <summary>Hits in the first k of all users divided by all relevant items of all users. 0…1.</summary>
    RecallMicro,

    /// <summary>Mean over users of hits in the first k divided by k. 0…1.</summary>
    Precision,

    /// <summary>Mean over users of average precision at k, divided by min(relevant, k). 0…1.</summary>
    Map,

    /// <summary>Mean over users of binary normalised discounted cumulative gain; the ideal list has min(relevant, k) hits. 0…1.</summary>
    Ndcg,

    /// <summary>Share of users with at least one hit in the first k. 0…1.</summary>
    HitRate,

    /// <summary>Mean over users of 1 / position of the first hit, 0 without one. Without a cut-off the whole ranking counts. 0…1.</summary>
    Mrr,

    /// <summary>
    /// Expected percentile rank: mean over test pairs of 100 · rank / (rankable items − 1), rank from 0.
    /// 0 is best, 50 is random. Items that may not be recommended to the user are left out of the ranking. Of items with equal
    /// scores the one with the lower index ranks first, as in a list; <see cref="EprMidRank"/> favours none of them.
    /// </summary>
    Epr,

    /// <summary>As <see cref="Epr"/>, divided by the size of the whole catalogue − 1 instead of the user's rankable items − 1.</summary>
    EprCatalogue,

    /// <summary>
    /// As <see cref="Epr"/>, but items with equal scores share the middle of their places, so that a model that tells nothing apart
    /// gets 50 whatever the order of the items is.
    /// </summary>
    EprMidRank,

    /// <summary>Distinct items recommended to anyone in the first k, divided by the items of the catalogue. 0…1.</summary>
    Coverage,

    /// <summary>Distinct items recommended to anyone in the first k, divided by the number of users served. At most k.</summary>
    CoveragePerUser,

    /// <summary>Mean over users of the share of the first k that the user has no train interaction with. 0…1.</summary>
    Novelty,

    /// <summary>Mean over users of the mean number of distinct train users of the first k items.</summary>
    AveragePopularity,
}
