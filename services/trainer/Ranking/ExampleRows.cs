using RecSys.Algorithms;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Ranker;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Ranking;

/// <summary>What a ranker learns from: labelled candidates with their features.</summary>
/// <param name="Parts">Rows of users who are learnt from together.</param>
/// <param name="CutCount">Cuts of the log that they come from.</param>
internal sealed record ExampleRows(IReadOnlyList<ExamplePart> Parts, int CutCount) : IOutcome<ExampleRows>
{
    /// <summary>Parts of the users, each of which a member of a committee does not learn from.</summary>
    public const int FoldCount = 5;

    /// <summary>Nothing yet.</summary>
    public static ExampleRows None { get; } = new([], 0);

    /// <summary>Users, counted at every cut.</summary>
    public int UserCount => Parts.Sum(part => part.Rows.GroupSizes.Length);

    /// <summary>These, and what candidates came to at one more cut. A user is in the validation part at all cuts, or at none.</summary>
    public ExampleRows With(RankingStand stand, TrainingSettings settings, CancellationToken cancellationToken)
    {
        var examples = TrainingExamples.Collect(
            stand.Split,
            stand.Candidates,
            settings.Get(RankerSettings.Negatives),
            settings.Get(RankerSettings.Users),
            settings.Get(TrainingSettings.Seed),
            settings.Get(TrainingSettings.Threads),
            cancellationToken);
        var added = examples
            .GroupBy(example => PartOf(stand.Split.Before.UserKeys[example.UserIndex], settings))
            .Select(part => new ExamplePart(part.Key.IsValidation, part.Key.Fold, RankingRows.Build([.. part], stand.Split, stand.Features)));
        return new ExampleRows([.. Parts, .. added], CutCount + 1);
    }

    /// <summary>The rows of some of the parts.</summary>
    public LabelledRows[] RowsOf(Func<ExamplePart, bool> isWanted) => [.. Parts.Where(isWanted).Select(part => part.Rows)];

    /// <summary>The part of a user, drawn from the user's key alone: the same at all cuts. Validation is drawn apart from the folds.</summary>
    internal static (bool IsValidation, int Fold) PartOf(int userKey, TrainingSettings settings)
    {
        var random = new SplitMix(settings.Get(TrainingSettings.Seed), "parts", userKey);
        return (random.Chance(settings.Get(RankerSettings.ValidationShare)), random.NextInt(FoldCount));
    }

    /// <inheritdoc/>
    public void Write(CheckpointWriter writer)
    {
        writer.WriteInt64(CutCount);
        writer.WriteInt64(Parts.Count);
        foreach (var part in Parts)
        {
            writer.WriteSwitch(part.IsValidation);
            writer.WriteInt64(part.Fold);
            writer.WriteArray(part.Rows.Values);
            writer.WriteArray(part.Rows.Labels);
            writer.WriteArray(part.Rows.GroupSizes);
        }
    }

    /// <inheritdoc/>
    public static ExampleRows Read(CheckpointReader reader)
    {
        var cutCount = reader.ReadInt32();
        var parts = new ExamplePart[reader.ReadInt32()];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = new ExamplePart(
                reader.ReadSwitch(),
                reader.ReadInt32(),
                new LabelledRows(reader.ReadArray<float>(), reader.ReadArray<float>(), reader.ReadArray<int>()));
        }

        return new ExampleRows(parts, cutCount);
    }
}
