using RecSys.Trainer.Boosting;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Ranking;

/// <summary>Collects rows of several cuts. A user is in the validation part of all of them, or of none.</summary>
internal sealed class RowCollector(TrainingSettings settings)
{
    private readonly List<BoostingRows> _train = [];
    private readonly List<BoostingRows> _validation = [];

    /// <summary>Groups of rows so far.</summary>
    public int UserCount => _train.Concat(_validation).Sum(rows => rows.GroupSizes.Length);

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
        var parts = examples.ToLookup(example => IsValidation(stand.Split.Before.UserKeys[example.UserIndex]));
        _train.Add(RankingRows.Build([.. parts[false]], stand.Split, stand.Features));
        _validation.Add(RankingRows.Build([.. parts[true]], stand.Split, stand.Features));
    }

    /// <summary>Trains on all that was added.</summary>
    public BoostedRanker Train(CancellationToken cancellationToken)
    {
        var (train, validation) = (Join(_train), Join(_validation));

        // With so few users that the draw left a part empty, the other does for both.
        return RankerBoosting.Train(
            train.RowCount > 0 ? train : validation,
            validation.RowCount > 0 ? validation : train,
            settings.BoostingSettings(),
            cancellationToken);
    }

    /// <summary>Trains on all that was added, the validation part too, as many trees as turned out best before something was added.</summary>
    public BoostedRanker TrainAgain(BoostedRanker earlier, CancellationToken cancellationToken) => RankerBoosting.TrainAgain(
        Join([.. _train, .. _validation]), earlier, settings.BoostingSettings(), cancellationToken);

    private bool IsValidation(int userKey)
    {
        var random = new Random(unchecked((settings.Get(TrainingSettings.Seed) * 1_000_003) + userKey));
        return random.NextDouble() < settings.Get(RankerSettings.ValidationShare);
    }

    private static BoostingRows Join(List<BoostingRows> parts)
    {
        // Copied in whole arrays: these are tens of millions of values.
        var values = new float[parts.Sum(part => (long)part.Values.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.Values.CopyTo(values, at);
            at += part.Values.Length;
        }

        return new BoostingRows(values, [.. parts.SelectMany(part => part.Labels)], [.. parts.SelectMany(part => part.GroupSizes)]);
    }
}
