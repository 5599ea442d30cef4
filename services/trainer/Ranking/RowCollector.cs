using RecSys.Trainer.Boosting;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Ranking;

/// <summary>Collects rows of several cuts. A user is in the validation part of all of them, or of none.</summary>
internal sealed class RowCollector(TrainingSettings settings)
{
    // Parts of the users, each of which a member of the committee does not learn from.
    private const int FoldCount = 5;

    private readonly List<(bool IsValidation, int Fold, BoostingRows Rows)> _parts = [];
    private int _standCount;

    /// <summary>Groups of rows so far.</summary>
    public int UserCount => _parts.Sum(part => part.Rows.GroupSizes.Length);

    /// <summary>Whether more should be added: trees would learn too much of chance.</summary>
    public bool AreFew => UserCount < settings.Get(RankerSettings.EnoughUsers);

    /// <summary>Adds what candidates came to at a cut.</summary>
    public void Add(RankingStand stand, CancellationToken cancellationToken)
    {
        var examples = TrainingExamples.Collect(
            stand.Split,
            stand.Candidates,
            settings.Get(RankerSettings.Negatives),
            settings.Get(RankerSettings.Users),
            settings.Get(TrainingSettings.Seed),
            settings.Get(TrainingSettings.Threads),
            cancellationToken);
        _standCount++;
        foreach (var part in examples.GroupBy(example => PartOf(stand.Split.Before.UserKeys[example.UserIndex])))
        {
            _parts.Add((part.Key.IsValidation, part.Key.Fold, RankingRows.Build([.. part], stand.Split, stand.Features)));
        }
    }

    /// <summary>Trains on all that was added: a committee when it is little.</summary>
    public BoostedRanker Train(CancellationToken cancellationToken)
    {
        // Parts beyond those asked for show the same users again: not as much as their number says.
        if (AreFew || _standCount > settings.Get(RankerSettings.Windows))
        {
            return TrainCommittee(cancellationToken);
        }

        var (train, validation) = (Join(part => !part.IsValidation), Join(part => part.IsValidation));

        // With so few users that the draw left a part empty, the other does for both.
        return RankerBoosting.Train(
            train.RowCount > 0 ? train : validation,
            validation.RowCount > 0 ? validation : train,
            settings.BoostingSettings(),
            cancellationToken);
    }

    /// <summary>
    /// Trains on all that was added, the validation part too, as many trees as turned out best before something was added; a
    /// committee, where the earlier training was one, anew.
    /// </summary>
    public BoostedRanker TrainAgain(BoostedRanker earlier, CancellationToken cancellationToken) => earlier.IsCommittee
        ? TrainCommittee(cancellationToken)
        : RankerBoosting.TrainAgain(Join(_ => true), earlier, settings.BoostingSettings(), cancellationToken);

    private BoostedRanker TrainCommittee(CancellationToken cancellationToken)
    {
        var folds = Enumerable.Range(0, FoldCount).Select(fold => Join(part => part.Fold == fold)).Where(rows => rows.RowCount > 0);
        return RankerCommittee.Train([.. folds], settings.BoostingSettings(), cancellationToken);
    }

    private (bool IsValidation, int Fold) PartOf(int userKey)
    {
        var draw = new Random(unchecked((settings.Get(TrainingSettings.Seed) * 1_000_003) + userKey)).NextDouble();
        return (draw < settings.Get(RankerSettings.ValidationShare), (int)(draw * FoldCount));
    }

    private BoostingRows Join(Func<(bool IsValidation, int Fold), bool> isWanted) =>
        BoostingRows.Join([.. _parts.Where(part => isWanted((part.IsValidation, part.Fold))).Select(part => part.Rows)]);
}
