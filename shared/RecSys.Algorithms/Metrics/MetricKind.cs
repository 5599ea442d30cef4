namespace RecSys.Algorithms.Metrics;

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
    /// 0 is best, 50 is random. Items that may not be recommended to the user are left out of the ranking.
    /// </summary>
    Epr,

    /// <summary>As <see cref="Epr"/>, divided by the size of the whole catalogue − 1 instead of the user's rankable items − 1.</summary>
    EprCatalogue,

    /// <summary>Distinct items recommended to anyone in the first k, divided by the items of the catalogue. 0…1.</summary>
    Coverage,

    /// <summary>Distinct items recommended to anyone in the first k, divided by the number of users served. At most k.</summary>
    CoveragePerUser,

    /// <summary>Mean over users of the share of the first k that the user has no train interaction with. 0…1.</summary>
    Novelty,

    /// <summary>Mean over users of the mean number of distinct train users of the first k items.</summary>
    AveragePopularity,
}
