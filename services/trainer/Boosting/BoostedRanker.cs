using RecSys.Algorithms.Ranking.Trees;

namespace RecSys.Trainer.Boosting;

/// <summary>A trained ranker.</summary>
/// <param name="Json">The model as it is stored.</param>
/// <param name="Ensemble">The same, ready to score.</param>
/// <param name="ValidationScore">The best metric on the validation part: NDCG@10, or the log loss.</param>
/// <param name="Importance">Features that trees split on with the mean gain of such a split, most first.</param>
internal sealed record BoostedRanker(
    byte[] Json, TreeEnsemble Ensemble, double ValidationScore, IReadOnlyList<(string Feature, double Gain)> Importance)
{
    /// <summary>Whether it is the mean of several models, with a blend.</summary>
    public bool IsCommittee { get; init; }
}
