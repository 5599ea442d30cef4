using RecSys.Trainer.Boosting;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Ranking;

/// <summary>Trains one ranker, or a committee where examples are few.</summary>
internal static class RankerTraining
{
    /// <summary>Whether there should be more examples: trees would learn too much of chance.</summary>
    public static bool AreFew(int userCount, TrainingSettings settings) => userCount < settings.Get(RankerSettings.EnoughUsers);

    /// <summary>Trains on all examples.</summary>
    public static BoostedRanker Train(ExampleRows examples, TrainingSettings settings, CancellationToken cancellationToken)
    {
        // Cuts beyond those asked for show the same users again: not as much as their number says.
        if (AreFew(examples.UserCount, settings) || examples.CutCount > settings.Get(RankerSettings.Windows))
        {
            return TrainCommittee(examples, settings, cancellationToken);
        }

        var (train, validation) = (examples.Join(part => !part.IsValidation), examples.Join(part => part.IsValidation));

        // With so few users that the draw left a part empty, the other does for both.
        return RankerBoosting.Train(
            train.RowCount > 0 ? train : validation,
            validation.RowCount > 0 ? validation : train,
            settings.BoostingSettings(),
            cancellationToken);
    }

    /// <summary>
    /// Trains on all examples, the validation part too, as many trees as turned out best when there were fewer examples; a
    /// committee, where the earlier training was one, anew.
    /// </summary>
    public static BoostedRanker TrainAgain(
        ExampleRows examples, BoostedRanker earlier, TrainingSettings settings, CancellationToken cancellationToken) => earlier.IsCommittee
        ? TrainCommittee(examples, settings, cancellationToken)
        : RankerBoosting.TrainAgain(examples.Join(_ => true), earlier, settings.BoostingSettings(), cancellationToken);

    private static BoostedRanker TrainCommittee(ExampleRows examples, TrainingSettings settings, CancellationToken cancellationToken)
    {
        var folds = Enumerable.Range(0, ExampleRows.FoldCount)
            .Select(fold => examples.Join(part => part.Fold == fold))
            .Where(rows => rows.RowCount > 0);
        return RankerCommittee.Train([.. folds], settings.BoostingSettings(), cancellationToken);
    }
}
