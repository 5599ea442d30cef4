using RecSys.Algorithms.Features;
using RecSys.Algorithms.Ranking.Trees;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Boosting;

/// <summary>Trains a ranker's trees, and stops when they do no good any more.</summary>
internal static class RankerBoosting
{
    /// <summary>Trains on one part of the users and keeps as many trees as are best on the other.</summary>
    /// <param name="train">Rows of users.</param>
    /// <param name="validation">Rows of other users.</param>
    /// <param name="settings">How.</param>
    /// <param name="cancellationToken">Ends the work between two trees.</param>
    /// <exception cref="BoostingException">The library refuses the rows or a setting.</exception>
    public static BoostedRanker Train(
        BoostingRows train, BoostingRows validation, BoostingSettings settings, CancellationToken cancellationToken)
    {
        var features = Features();
        using var trainMatrix = new BoostingMatrix(train, features);
        using var validationMatrix = new BoostingMatrix(validation, features);
        using var booster = new Booster(settings.ToParameters(), trainMatrix, validationMatrix);
        var isLess = settings.Objective == RankerObjective.Logistic;
        var (best, bestTrees) = (isLess ? double.PositiveInfinity : double.NegativeInfinity, 0);
        for (var tree = 0; tree < settings.Trees && tree - bestTrees < settings.EarlyStopping; tree++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            booster.Update(tree, trainMatrix);
            var score = booster.Evaluate(tree, validationMatrix);
            if (isLess ? score < best : score > best)
            {
                (best, bestTrees) = (score, tree + 1);
            }
        }

        using var kept = booster.Slice(bestTrees);
        return Finish(kept, best, features);
    }

    /// <summary>Trains on all rows as many trees as an earlier training on a part of them kept.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="earlier">What came of the earlier training.</param>
    /// <param name="settings">How.</param>
    /// <param name="cancellationToken">Ends the work between two trees.</param>
    /// <exception cref="BoostingException">The library refuses the rows or a setting.</exception>
    public static BoostedRanker TrainAgain(
        BoostingRows rows, BoostedRanker earlier, BoostingSettings settings, CancellationToken cancellationToken)
    {
        var features = Features();
        using var matrix = new BoostingMatrix(rows, features);
        using var booster = new Booster(settings.ToParameters(), matrix);
        for (var tree = 0; tree < earlier.Ensemble.TreeCount; tree++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            booster.Update(tree, matrix);
        }

        return Finish(booster, earlier.ValidationScore, features);
    }

    private static (string Name, bool IsCategorical)[] Features() =>
        [.. RankingFeatures.All.Select(feature => (feature.Name, feature.IsCategorical))];

    private static BoostedRanker Finish(Booster booster, double score, (string Name, bool IsCategorical)[] features)
    {
        var json = booster.ToJson();
        return new BoostedRanker(json, TreeEnsemble.Parse(json), score, booster.Importance([.. features.Select(feature => feature.Name)]));
    }
}
