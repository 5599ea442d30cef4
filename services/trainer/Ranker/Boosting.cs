using System.Globalization;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Trees;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Ranker;

/// <summary>How trees are boosted.</summary>
/// <param name="Objective">What to get right.</param>
/// <param name="Trees">Trees at most.</param>
/// <param name="Depth">Splits on a way through a tree at most.</param>
/// <param name="LearningRate">How much each tree adds.</param>
/// <param name="MinimumWeight">Least weight (second derivatives) of a leaf; more of it means fewer leaves from little data.</param>
/// <param name="EarlyStopping">Trees without a better metric on the validation part after which boosting ends.</param>
/// <param name="Seed">Of the rows and features that each tree is shown.</param>
/// <param name="ThreadCount">Threads; 0 takes every core.</param>
internal sealed record BoostingOptions(
    RankerObjective Objective, int Trees, int Depth, double LearningRate, double MinimumWeight, int EarlyStopping, int Seed, int ThreadCount)
{
    // Each tree sees most of the rows and features: the usual remedy against fitting noise.
    private const double RowShare = 0.8;
    private const double FeatureShare = 0.8;

    // Thresholds that a split may take: of ranks and shares more are of no use, and counting into fewer stays in the cache.
    private const int Bins = 64;

    // Pulls the values of leaves to zero, as a row of weight 1 with no gradient would.
    private const double LeafRegularization = 1;

    // The library would hold the histograms of all leaves of a tree, gigabytes for the deepest; beyond this they are counted again.
    private const int HistogramMegabytes = 512;

    private const int MaxLeaves = 131_072;

    /// <summary>
    /// Whether a better place or score in a source may never lower a candidate: what a few examples seem to say against it is chance.
    /// </summary>
    public bool IsMonotone { get; init; }

    /// <summary>The same in LightGBM's words.</summary>
    public string ToParameters()
    {
        var features = RankingFeatures.All;
        List<string> parameters =
        [
            Objective == RankerObjective.Ndcg ? "objective=lambdarank metric=ndcg eval_at=10" : "objective=binary metric=binary_logloss",
            Text($"max_depth={Depth} num_leaves={Math.Min(MaxLeaves, 1 << Depth)} learning_rate={LearningRate}"),
            Text($"min_sum_hessian_in_leaf={MinimumWeight} min_data_in_leaf=1 lambda_l2={LeafRegularization}"),
            Text($"bagging_fraction={RowShare} bagging_freq=1 feature_fraction={FeatureShare} max_bin={Bins}"),
            $"categorical_feature={string.Join(',', Enumerable.Range(0, features.Count).Where(feature => features[feature].IsCategorical))}",

            // From the mean of the labels on, which are few in a hundred, second derivatives are so small that MinimumWeight leaves the first
            // trees hardly a split: measured, it costs more than the trees that find the mean.
            "boost_from_average=false",

            // Each feature is counted by one thread: the same seed gives the same trees with any number of them.
            Text($"seed={Seed} deterministic=true force_col_wise=true num_threads={(ThreadCount == 0 ? Environment.ProcessorCount : ThreadCount)}"),
            Text($"histogram_pool_size={HistogramMegabytes} verbosity=-1"),
        ];
        if (IsMonotone)
        {
            parameters.Add($"monotone_constraints={string.Join(',', features.Select(feature => feature.Direction))}");
        }

        return string.Join(' ', parameters);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Trained trees.</summary>
/// <param name="Ensemble">The trees.</param>
/// <param name="ValidationScore">The best metric on the validation part: NDCG@10, or the log loss.</param>
/// <param name="Importance">Features that trees split on with the mean gain of such a split, most first.</param>
internal sealed record BoostedTrees(TreeEnsemble Ensemble, double ValidationScore, IReadOnlyList<(string Feature, double Gain)> Importance)
{
    /// <summary>Whether they are the mean of several models, with a blend.</summary>
    public bool IsCommittee { get; init; }
}

/// <summary>Trains a ranker's trees, and stops when they do no good any more.</summary>
internal static class Boosting
{
    /// <summary>Trains on one part of the users and keeps as many trees as are best on the other.</summary>
    /// <param name="train">Rows of users.</param>
    /// <param name="validation">Rows of other users.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the work between two trees.</param>
    /// <exception cref="BoostingException">The library refuses the rows or an option.</exception>
    public static BoostedTrees Train(
        IReadOnlyList<LabelledRows> train, IReadOnlyList<LabelledRows> validation, BoostingOptions options, CancellationToken cancellationToken)
    {
        var parameters = options.ToParameters();
        using var trainSet = LightGbm.Dataset.Create(train, parameters, reference: null);
        using var validationSet = LightGbm.Dataset.Create(validation, parameters, trainSet);
        using var booster = LightGbm.Booster.Create(parameters, trainSet, validationSet);
        var isLess = options.Objective == RankerObjective.Logistic;
        var (best, bestTrees) = (isLess ? double.PositiveInfinity : double.NegativeInfinity, 0);
        for (var tree = 0; tree < options.Trees && tree - bestTrees < options.EarlyStopping && booster.Update(); tree++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var score = booster.Evaluate();
            if (isLess ? score < best : score > best)
            {
                (best, bestTrees) = (score, tree + 1);
            }
        }

        return Finish(booster, bestTrees, best);
    }

    /// <summary>Trains on all rows as many trees as an earlier training on a part of them kept.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="earlier">What came of the earlier training.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the work between two trees.</param>
    /// <exception cref="BoostingException">The library refuses the rows or an option.</exception>
    public static BoostedTrees TrainAgain(
        IReadOnlyList<LabelledRows> rows, BoostedTrees earlier, BoostingOptions options, CancellationToken cancellationToken)
    {
        var parameters = options.ToParameters();
        using var train = LightGbm.Dataset.Create(rows, parameters, reference: null);
        using var booster = LightGbm.Booster.Create(parameters, train, validation: null);
        for (var tree = 0; tree < earlier.Ensemble.TreeCount && booster.Update(); tree++)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return Finish(booster, earlier.Ensemble.TreeCount, earlier.ValidationScore);
    }

    private static BoostedTrees Finish(LightGbm.Booster booster, int treeCount, double score)
    {
        var ensemble = LightGbmText.Read(booster.ToText(treeCount));
        var gains = booster.MeanGains(treeCount, ensemble.FeatureCount);
        return new BoostedTrees(
            ensemble,
            score,
            [.. RankingFeatures.All.Select((feature, i) => (feature.Name, gains[i])).Where(feature => feature.Item2 > 0).OrderByDescending(feature => feature.Item2)]);
    }
}
