using RecSys.Algorithms.Ranking.Features;
using RecSys.Algorithms.Ranking.Trees;

namespace RecSys.Trainer.Boosting;

/// <summary>
/// Trains a ranker on few examples. Users are dealt into folds; each member learns from all folds but one, and stops when the
/// users of that one are served best. The ranker is the mean of the members and, as far as the order of those users, whom
/// the member has not seen, is not clearly worse for it, a blend of the sources. All of it is one model of trees.
/// </summary>
internal static class RankerCommittee
{
    // How far the blend spreads a user's candidates, measured in what the trees do.
    private static readonly float[] BlendShares = [0, 0.5f, 1, 2, 4];

    private const int StepPart = 3;

    /// <summary>Trains a member for each fold.</summary>
    /// <param name="folds">Rows of different users, not empty.</param>
    /// <param name="settings">How.</param>
    /// <param name="cancellationToken">Ends the work between two trees.</param>
    /// <exception cref="BoostingException">The library refuses the rows or a setting.</exception>
    public static BoostedRanker Train(IReadOnlyList<BoostingRows> folds, BoostingSettings settings, CancellationToken cancellationToken)
    {
        // Small steps cost little where there are few rows.
        var careful = settings with
        {
            IsMonotone = true,
            LearningRate = settings.LearningRate / StepPart,
            EarlyStopping = StepPart * settings.EarlyStopping,
        };
        if (folds.Count == 1)
        {
            return RankerBoosting.Train(folds[0], folds[0], careful, cancellationToken) with { IsCommittee = true };
        }

        var members = folds
            .Select((fold, own) => RankerBoosting.Train(
                BoostingRows.Join([.. folds.Where((_, other) => other != own)]), fold, careful, cancellationToken))
            .ToArray();
        var margins = new float[folds.Sum(fold => fold.RowCount)];
        var start = 0;
        for (var i = 0; i < members.Length; i++)
        {
            members[i].Ensemble.Score(folds[i].Values, margins.AsSpan(start, folds[i].RowCount));
            start += folds[i].RowCount;
        }

        var steps = Blend(BoostingRows.Join(folds), margins);
        var json = XgboostModelAverage.Of([.. members.Select(member => (ReadOnlyMemory<byte>)member.Json)], steps);
        var importance = members
            .SelectMany(member => member.Importance)
            .GroupBy(feature => feature.Feature)
            .Select(gains => (gains.Key, gains.Sum(feature => feature.Gain) / members.Length))
            .OrderByDescending(feature => feature.Item2);
        return new BoostedRanker(json, TreeEnsemble.Parse(json), members.Average(member => member.ValidationScore), [.. importance])
        {
            IsCommittee = true,
        };
    }

    private static StepFunction[] Blend(BoostingRows rows, float[] margins)
    {
        var blend = SourceBlend.Fit(rows);
        var scores = blend.Score(rows);
        var spread = GroupOrder.Spread(rows, scores);
        var unit = spread > 0 ? GroupOrder.Spread(rows, margins) / spread : 0;
        var choices = Array.ConvertAll(
            BlendShares, share => (Share: share, Ndcg: GroupOrder.Ndcg(rows, row => margins[row] + (share * unit * scores[row]))));
        var best = choices.MaxBy(choice => choice.Ndcg.Average());

        // As much of the blend as is not clearly worse than the best share: it has less to be wrong about.
        var factor = unit * choices.Last(choice => LossOf(choice.Ndcg, best.Ndcg) <= 0).Share;
        return factor == 0 ? [] : blend.ToSteps(rows, factor);
    }

    // By how much the mean loss against the best exceeds its standard error.
    private static double LossOf(double[] own, double[] best)
    {
        double[] losses = [.. own.Zip(best, (value, other) => other - value)];
        var mean = losses.Average();
        return mean - Math.Sqrt(losses.Average(loss => (loss - mean) * (loss - mean)) / losses.Length);
    }
}
