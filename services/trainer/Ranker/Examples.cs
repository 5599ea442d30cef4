using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Ranker;

/// <summary>What a ranker learns from: labelled candidates with their features.</summary>
/// <param name="Parts">Rows of users who are learnt from together.</param>
/// <param name="CutCount">Cuts of the log that they come from.</param>
internal sealed record Examples(IReadOnlyList<ExamplePart> Parts, int CutCount) : IOutcome<Examples>
{
    /// <summary>Parts of the users, each of which a member of a committee does not learn from.</summary>
    public const int FoldCount = 5;

    /// <summary>Nothing yet.</summary>
    public static Examples None { get; } = new([], 0);

    /// <summary>Users, counted at every cut.</summary>
    public int UserCount => Parts.Sum(part => part.Rows.GroupSizes.Length);

    /// <summary>These, and what candidates came to at one more cut. A user is in the validation part at all cuts, or at none.</summary>
    public Examples With(FittedCut fitted, TrainingSettings settings, CancellationToken cancellationToken)
    {
        var examples = UserExamples.Collect(
            fitted.Cut,
            fitted.Candidates,
            settings.Get(RankerSettings.Negatives),
            settings.Get(RankerSettings.Users),
            settings.Get(TrainingSettings.Seed),
            settings.Parallel(cancellationToken));
        var parallel = settings.Parallel(cancellationToken);
        var added = examples
            .GroupBy(example => PartOf(fitted.Cut.Before.UserKeys[example.UserIndex], settings))
            .SelectMany(part => LabelledRows.Of([.. part], fitted.Cut, fitted.Features, parallel)
                .Select(rows => new ExamplePart(part.Key.IsValidation, part.Key.Fold, rows)));
        return new Examples([.. Parts, .. added], CutCount + 1);
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
    public static Examples Read(CheckpointReader reader)
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

        return new Examples(parts, cutCount);
    }
}

/// <summary>Rows of one cut, of users whose part in training is the same at every cut.</summary>
/// <param name="IsValidation">Whether they are not learnt from but say when to stop.</param>
/// <param name="Fold">The member of a committee, from 0, that does not learn from them.</param>
/// <param name="Rows">A group of rows for each user.</param>
internal sealed record ExamplePart(bool IsValidation, int Fold, LabelledRows Rows);

/// <summary>The candidates of one user that the ranker learns from, in the order of retrieval.</summary>
/// <param name="UserIndex">The user.</param>
/// <param name="Candidates">Those that were heard, and some that were not.</param>
/// <param name="Labels">1 for those that were heard, else 0.</param>
internal sealed record UserExamples(int UserIndex, IReadOnlyList<MergedCandidate> Candidates, float[] Labels)
{
    /// <summary>The examples of users with a candidate that came true.</summary>
    /// <param name="cut">What was heard before and after the cut.</param>
    /// <param name="candidates">Of sources that are fitted to what was before.</param>
    /// <param name="negativeCount">Candidates that did not come true, drawn for each user.</param>
    /// <param name="maxUsers">Most users; a seeded sample when there are more.</param>
    /// <param name="seed">Of the draws; each user has draws of their own, whatever the number of threads.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    public static UserExamples[] Collect(
        LogCut cut,
        UserCandidates candidates,
        int negativeCount,
        int maxUsers,
        int seed,
        ParallelOptions parallel)
    {
        var users = Enumerable.Range(0, cut.Labels.RowCount).Where(user => cut.Labels.RowLength(user) > 0).ToArray();
        new SplitMix(seed, "example users").Shuffle<int>(users);
        var examples = new List<UserExamples>();
        for (var drawn = 0; drawn < users.Length && examples.Count < maxUsers;)
        {
            // Of some users no candidate came true; others are drawn in their place.
            var more = users[drawn..Math.Min(users.Length, drawn + maxUsers - examples.Count)];
            var found = new UserExamples?[more.Length];
            candidates.ForEach(more, (i, list) => found[i] = Of(cut, list, more[i], negativeCount, seed), parallel);
            examples.AddRange(found.OfType<UserExamples>());
            drawn += more.Length;
        }

        return [.. examples];
    }

    private static UserExamples? Of(
        LogCut cut, IReadOnlyList<MergedCandidate> found, int userIndex, int negativeCount, int seed)
    {
        var heard = new bool[found.Count];
        var others = new List<int>();
        for (var i = 0; i < heard.Length; i++)
        {
            heard[i] = cut.Labels.RowColumns(userIndex).BinarySearch(found[i].ItemIndex) >= 0;
            if (!heard[i])
            {
                others.Add(i);
            }
        }

        if (others.Count == heard.Length)
        {
            return null;
        }

        var drawn = others.ToArray();
        new SplitMix(seed, "negatives", userIndex).Shuffle<int>(drawn);
        var dropped = drawn.Skip(negativeCount).ToHashSet();
        var kept = Enumerable.Range(0, heard.Length).Where(i => !dropped.Contains(i)).ToArray();
        return new UserExamples(
            userIndex, [.. kept.Select(i => found[i])], [.. kept.Select(i => heard[i] ? 1f : 0f)]);
    }
}
