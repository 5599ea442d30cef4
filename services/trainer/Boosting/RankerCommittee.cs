using RecSys.Algorithms.Ranking.Trees;

namespace RecSys.Trainer.Boosting;

/// <summary>
/// Trains a ranker on few examples. Users are dealt into folds; each member starts from a blend of the sources, learns from all
/// folds but one what the blend gets wrong, and stops when the users of that one are served best. The ranker is the blend and the
/// mean of the members, one model of trees.
/// </summary>
internal static class RankerCommittee
{
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
        var blend = SourceBlend.Fit(BoostingRows.Join(folds));
        BoostingRows[] started = [.. folds.Select(blend.Start)];

        // Of a single fold the only member stops by what it learns from.
        var members = started
            .Select((fold, own) => RankerBoosting.Train(
                folds.Count == 1 ? fold : BoostingRows.Join([.. started.Where((_, other) => other != own)]), fold, careful, cancellationToken))
            .ToArray();
        var json = XgboostModelAverage.Of([.. members.Select(member => (ReadOnlyMemory<byte>)member.Json)], blend.Steps);
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
}
