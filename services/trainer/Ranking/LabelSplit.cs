using RecSys.Algorithms;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Splits;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Ranking;

/// <summary>
/// A log at a cut: what the sources and features may know, and what was heard afterwards. Users and items are numbered as in
/// the two matrices.
/// </summary>
/// <param name="Plays">Users × items before the cut.</param>
/// <param name="Labels">What was heard after the cut and not before it, by users and of items that are known.</param>
/// <param name="Before">The listens of <paramref name="Plays"/>, and what is known of their items.</param>
/// <param name="Moments">
/// When each user asks: at the first listen after the cut, else at the cut, in microseconds since 1970 UTC; 0 where the log's times
/// don't tell.
/// </param>
internal sealed record LabelSplit(SparseMatrix Plays, SparseMatrix Labels, RankingLog Before, long[] Moments)
{
    /// <summary>Cuts a log so that the newest share of its listens are labels.</summary>
    /// <returns>Null when no listen before the cut, or no label, is left.</returns>
    public static LabelSplit? Newest(RankingLog log, double share)
    {
        var times = log.Listens.Times.ToArray();
        Array.Sort(times);
        var cut = times.Length == 0 ? 0 : times[(int)((1 - share) * (times.Length - 1))];
        if (cut <= times.FirstOrDefault())
        {
            return null;
        }

        var moment = UnixMicroseconds.ToTime(cut);
        var split = DataSplit.Create(log.Listens.ToInteractions(), new GlobalTimeSplit(moment));
        LargeHeap.Trim();
        return split.Test.CellCount == 0
            ? null
            : From(split.Train, split.Test, split.UserIndices, split.ItemIndices, log, cut);
    }

    /// <summary>Draws labels by a seed, a share of each user's tracks: for a log whose times don't tell an order.</summary>
    /// <returns>Null when no label is left.</returns>
    public static LabelSplit? Drawn(RankingLog log, double share, int seed)
    {
        var split = DataSplit.Create(log.Listens.ToInteractions(), new RandomByUserSplit(share, seed));
        return split.Test.CellCount == 0
            ? null
            : From(split.Train, split.Test, split.UserIndices, split.ItemIndices, log, cut: null);
    }

    /// <summary>What was withheld from a training.</summary>
    public static LabelSplit Of(Holdout holdout, RankingLog log) => From(
        holdout.Train,
        holdout.Test,
        holdout.UserIndices,
        holdout.ItemIndices,
        log,
        holdout.Cut is { } cut ? UnixMicroseconds.From(cut) : null);

    /// <summary>Gathers the listens of a log that is split already.</summary>
    /// <param name="plays">What was before the cut.</param>
    /// <param name="labels">What was after it.</param>
    /// <param name="users">The log's user of each row.</param>
    /// <param name="items">The log's item of each column.</param>
    /// <param name="log">The listens that were split.</param>
    /// <param name="cut">
    /// The time from which on listens were withheld, in microseconds since 1970 UTC; null where pairs were, whatever their time.
    /// </param>
    public static LabelSplit From(
        SparseMatrix plays, SparseMatrix labels, IReadOnlyList<int> users, IReadOnlyList<int> items, RankingLog log, long? cut)
    {
        return new LabelSplit(
            plays,
            labels,
            new RankingLog(
                cut is { } end
                    ? log.Listens.Select(users, items, (_, _, time) => time < end)
                    : log.Listens.Select(users, items, (user, item, _) => plays.RowColumns(user).BinarySearch(item) >= 0),
                log.Catalogue.Select(items),
                log.GenreNames,
                [.. users.Select(user => log.UserKeys[user])]),
            cut is { } start ? [.. users.Select(user => FirstFrom(start, log.Listens.Of(user).Times.Span))] : new long[users.Count]);
    }

    private static long FirstFrom(long cut, ReadOnlySpan<long> times)
    {
        // Times ascend.
        foreach (var time in times)
        {
            if (time >= cut)
            {
                return time;
            }
        }

        return cut;
    }
}
