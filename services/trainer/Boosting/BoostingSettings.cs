using System.Globalization;
using RecSys.Algorithms.Features;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Boosting;

/// <summary>How trees are boosted.</summary>
/// <param name="Objective">What to get right.</param>
/// <param name="Trees">Trees at most.</param>
/// <param name="Depth">Splits on a way through a tree at most.</param>
/// <param name="LearningRate">How much each tree adds.</param>
/// <param name="MinimumWeight">Least weight (second derivatives) of a leaf; more of it means fewer leaves from little data.</param>
/// <param name="EarlyStopping">Trees without a better metric on the validation part after which boosting ends.</param>
/// <param name="Seed">Of the rows and features that each tree is shown.</param>
/// <param name="ThreadCount">Threads; 0 takes every core.</param>
internal sealed record BoostingSettings(
    RankerObjective Objective, int Trees, int Depth, double LearningRate, double MinimumWeight, int EarlyStopping, int Seed, int ThreadCount)
{
    /// <summary>
    /// Whether a better place or score in a source may never lower a candidate: what a few examples seem to say against it is chance.
    /// </summary>
    public bool IsMonotone { get; init; }

    // Each tree sees most of the rows and features: the usual remedy against fitting noise.
    private const double RowShare = 0.8;
    private const double FeatureShare = 0.8;

    // Thresholds that a split may take: of ranks and shares more are of no use, and counting into fewer stays in the cache.
    private const int Bins = 64;

    /// <summary>The same in XGBoost's words.</summary>
    public IEnumerable<(string Name, string Value)> ToParameters()
    {
        yield return ("objective", Objective == RankerObjective.Ndcg ? "rank:ndcg" : "binary:logistic");
        yield return ("eval_metric", Objective == RankerObjective.Ndcg ? "ndcg@10" : "logloss");
        yield return ("tree_method", "hist");
        yield return ("max_bin", Text(Bins));
        yield return ("base_score", "0.5");
        if (IsMonotone)
        {
            yield return ("monotone_constraints", $"({string.Join(',', RankingFeatures.All.Select(feature => feature.Direction))})");
        }

        yield return ("max_depth", Text(Depth));
        yield return ("eta", Text(LearningRate));
        yield return ("min_child_weight", Text(MinimumWeight));
        yield return ("subsample", Text(RowShare));
        yield return ("colsample_bytree", Text(FeatureShare));
        yield return ("num_pairsample", "10");
        yield return ("seed", Text(Seed));
        yield return ("nthread", Text(ThreadCount == 0 ? Environment.ProcessorCount : ThreadCount));
        yield return ("verbosity", "0");
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
