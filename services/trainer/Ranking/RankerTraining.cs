using RecSys.Trainer.Ranker;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Ranking;

/// <summary>Trains one ranker, or a committee where examples are few.</summary>
internal static class RankerTraining
{
    /// <summary>Whether there should be more examples: trees would learn too much of chance.</summary>
    public static bool AreFew(int userCount, TrainingSettings settings) => userCount < settings.Get(RankerSettings.EnoughUsers);

    /// <summary>Trains on all examples.</summary>
    public static BoostedTrees Train(ExampleRows examples, TrainingSettings settings, CancellationToken cancellationToken)
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
        ExampleRows examples, BoostedTrees earlier, TrainingSettings settings, CancellationToken cancellationToken) => earlier.IsCommittee
        ? TrainCommittee(examples, settings, cancellationToken)
        : Boosting.TrainAgain(examples.RowsOf(_ => true), earlier, settings.BoostingOptions(), cancellationToken);

    private static BoostedTrees TrainCommittee(ExampleRows examples, TrainingSettings settings, CancellationToken cancellationToken)
    {
        var folds = Enumerable.Range(0, ExampleRows.FoldCount)
            .Select(fold => (IReadOnlyList<LabelledRows>)examples.RowsOf(part => part.Fold == fold))
            .Where(rows => rows.Count > 0);
        return RankerCommittee.Train([.. folds], settings.BoostingOptions(), cancellationToken);
    }
}
