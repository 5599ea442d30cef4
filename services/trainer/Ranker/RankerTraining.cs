using System.Runtime.ExceptionServices;
using RecSys.Algorithms.Trees;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Ranker;

/// <summary>Trains one ranker, or a committee where examples are few.</summary>
internal static class RankerTraining
{
    /// <summary>Whether there should be more examples: trees would learn too much of chance.</summary>
    public static bool AreFew(int userCount, TrainingSettings settings) => userCount < settings.Get(RankerSettings.EnoughUsers);

    /// <summary>Trains on all examples.</summary>
    public static BoostedTrees Train(Examples examples, TrainingSettings settings, CancellationToken cancellationToken)
    {
        // Cuts beyond those asked for show the same users again: not as much as their number says.
        if (AreFew(examples.UserCount, settings) || examples.CutCount > settings.Get(RankerSettings.Windows))
        {
            return TrainCommittee(examples, settings, cancellationToken);
        }

        var (train, validation) = (examples.RowsOf(part => !part.IsValidation), examples.RowsOf(part => part.IsValidation));

        // With so few users that the draw left a part empty, the other does for both.
        return Boosting.Train(
            train.Length > 0 ? train : validation,
            validation.Length > 0 ? validation : train,
            settings.BoostingOptions(),
            cancellationToken);
    }

    /// <summary>
    /// Trains on all examples, the validation part too, as many trees as turned out best when there were fewer examples; a
    /// committee, where the earlier training was one, anew.
    /// </summary>
    public static BoostedTrees TrainAgain(
        Examples examples, BoostedTrees earlier, TrainingSettings settings, CancellationToken cancellationToken) => earlier.IsCommittee
        ? TrainCommittee(examples, settings, cancellationToken)
        : Boosting.TrainAgain(examples.RowsOf(_ => true), earlier, settings.BoostingOptions(), cancellationToken);

    private static BoostedTrees TrainCommittee(Examples examples, TrainingSettings settings, CancellationToken cancellationToken)
    {
        var folds = Enumerable.Range(0, Examples.FoldCount)
            .Select(fold => (IReadOnlyList<LabelledRows>)examples.RowsOf(part => part.Fold == fold))
            .Where(rows => rows.Count > 0);
        return RankerCommittee.Train([.. folds], settings.BoostingOptions(), cancellationToken);
    }
}

/// <summary>
/// Trains a ranker on few examples. Users are dealt into folds; each member starts from a blend of the sources, learns from all
/// folds but one what the blend gets wrong, and stops when the users of that one are served best. The ranker is the blend and the
/// mean of the members, one ensemble of trees.
/// </summary>
internal static class RankerCommittee
{
    private const int StepPart = 3;

    /// <summary>Trains a member for each fold.</summary>
    /// <param name="folds">Rows of different users, no fold without any.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the work between two trees.</param>
    /// <exception cref="BoostingException">The library refuses the rows or an option.</exception>
    public static BoostedTrees Train(
        IReadOnlyList<IReadOnlyList<LabelledRows>> folds, BoostingOptions options, CancellationToken cancellationToken)
    {
        // Small steps cost little where there are few rows.
        var careful = options with
        {
            IsMonotone = true,
            LearningRate = options.LearningRate / StepPart,
            EarlyStopping = StepPart * options.EarlyStopping,
        };
        var blend = SourceBlend.Fit([.. folds.SelectMany(fold => fold)]);
        LabelledRows[][] started = [.. folds.Select(fold => fold.Select(blend.Start).ToArray())];

        // Members side by side: the threads of one would wait for each other after each of its many small steps.
        var threadCount = options.ThreadCount == 0 ? Environment.ProcessorCount : options.ThreadCount;
        var atOnce = Math.Min(threadCount, started.Length);
        careful = careful with { ThreadCount = threadCount / atOnce };
        var members = new BoostedTrees[started.Length];
        try
        {
            Parallel.For(0, members.Length, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken }, own =>
            {
                // Of a single fold the only member stops by what it learns from.
                var others = members.Length == 1 ? started[own] : [.. started.Where((_, other) => other != own).SelectMany(rows => rows)];
                members[own] = Boosting.Train(others, started[own], careful, cancellationToken);
            });
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }

        var importance = members
            .SelectMany(member => member.Importance)
            .GroupBy(feature => feature.Feature)
            .Select(gains => (gains.Key, gains.Sum(feature => feature.Gain) / members.Length))
            .OrderByDescending(feature => feature.Item2);
        var ensemble = TreeEnsemble.MeanOf([.. members.Select(member => member.Ensemble)], blend.Steps);
        return new BoostedTrees(ensemble, members.Average(member => member.ValidationScore), [.. importance]) { IsCommittee = true };
    }
}
