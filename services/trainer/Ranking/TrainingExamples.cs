using RecSys.Algorithms;
using RecSys.Algorithms.Candidates;

namespace RecSys.Trainer.Ranking;

/// <summary>The candidates of one user that the ranker learns from, in the order of retrieval.</summary>
/// <param name="UserIndex">The user.</param>
/// <param name="Candidates">Those that were heard, and some that were not.</param>
/// <param name="Labels">1 for those that were heard, else 0.</param>
internal sealed record TrainingExamples(int UserIndex, IReadOnlyList<MergedCandidate> Candidates, float[] Labels)
{
    /// <summary>The examples of users with a candidate that came true.</summary>
    /// <param name="split">What was heard before and after the cut.</param>
    /// <param name="candidates">Of sources that are fitted to what was before.</param>
    /// <param name="negativeCount">Candidates that did not come true, drawn for each user.</param>
    /// <param name="maxUsers">Most users; a seeded sample when there are more.</param>
    /// <param name="seed">Of the draws; each user has draws of their own, whatever the number of threads.</param>
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static TrainingExamples[] Collect(
        LabelSplit split,
        UserCandidates candidates,
        int negativeCount,
        int maxUsers,
        int seed,
        int threadCount,
        CancellationToken cancellationToken)
    {
        var users = Enumerable.Range(0, split.Labels.RowCount).Where(user => split.Labels.RowLength(user) > 0).ToArray();
        new SplitMix(seed, "example users").Shuffle<int>(users);
        var parallel = new ParallelOptions
        {
            CancellationToken = cancellationToken,
            MaxDegreeOfParallelism = threadCount == 0 ? Environment.ProcessorCount : threadCount,
        };
        var examples = new List<TrainingExamples>();
        for (var drawn = 0; drawn < users.Length && examples.Count < maxUsers;)
        {
            // Of some users no candidate came true; others are drawn in their place.
            var more = users[drawn..Math.Min(users.Length, drawn + maxUsers - examples.Count)];
            var found = new TrainingExamples?[more.Length];
            candidates.ForEach(more, (i, list) => found[i] = Of(split, list, more[i], negativeCount, seed), parallel);
            examples.AddRange(found.OfType<TrainingExamples>());
            drawn += more.Length;
        }

        return [.. examples];
    }

    private static TrainingExamples? Of(
        LabelSplit split, IReadOnlyList<MergedCandidate> found, int userIndex, int negativeCount, int seed)
    {
        var heard = new bool[found.Count];
        var others = new List<int>();
        for (var i = 0; i < heard.Length; i++)
        {
            heard[i] = split.Labels.RowColumns(userIndex).BinarySearch(found[i].ItemIndex) >= 0;
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
        return new TrainingExamples(
            userIndex, [.. kept.Select(i => found[i])], [.. kept.Select(i => heard[i] ? 1f : 0f)]);
    }
}
