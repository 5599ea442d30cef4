using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Splits;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Ranker;

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
internal sealed record LogCut(SparseMatrix Plays, SparseMatrix Labels, CataloguedListens Before, long[] Moments)
{
    /// <summary>Cuts a log so that the newest share of its listens are labels.</summary>
    /// <returns>Null when no listen before the cut, or no label, is left.</returns>
    public static LogCut? Newest(CataloguedListens log, double share, int threads)
    {
        var times = log.Listens.Times.ToArray();
        Array.Sort(times);
        var cut = times.Length == 0 ? 0 : times[(int)((1 - share) * (times.Length - 1))];
        if (cut <= times.FirstOrDefault())
        {
            return null;
        }

        var moment = UnixMicroseconds.ToTime(cut);
        var split = DataSplit.Create(log.Listens.ToInteractions(threads), new GlobalTimeSplit(moment));
        LargeHeap.Trim();
        return split.Test.CellCount == 0
            ? null
            : From(split.Train, split.Test, split.UserIndices, split.ItemIndices, log, cut);
    }

    /// <summary>Draws labels by a seed, a share of each user's tracks: for a log whose times don't tell an order.</summary>
    /// <returns>Null when no label is left.</returns>
    public static LogCut? Drawn(CataloguedListens log, double share, int seed, int threads)
    {
        var split = DataSplit.Create(log.Listens.ToInteractions(threads), new RandomByUserSplit(share, seed));
        return split.Test.CellCount == 0
            ? null
            : From(split.Train, split.Test, split.UserIndices, split.ItemIndices, log, cut: null);
    }

    /// <summary>What was withheld from a training.</summary>
    public static LogCut Of(Holdout holdout, CataloguedListens log) => From(
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
    public static LogCut From(
        SparseMatrix plays, SparseMatrix labels, IReadOnlyList<int> users, IReadOnlyList<int> items, CataloguedListens log, long? cut)
    {
        return new LogCut(
            plays,
            labels,
            new CataloguedListens(
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

/// <summary>
/// The parts that the ranker learns from. Where a log's times tell an order, each is what was heard last before it ends: the first
/// parts follow one another from the newest on. A small log shows too few users who come back in them: then follow older parts, and
/// parts that overlap the others, each with moments and sources of its own. Where times don't tell, each part is a draw of its own.
/// </summary>
internal static class LogCuts
{
    // Listens on which sources can be fitted at all.
    private const int MinListens = 200;

    // Parts that a small log is looked at in, for each one asked for.
    private const int OlderFactor = 2;

    // Where overlapping parts begin between two that follow one another.
    private static readonly double[] Phases = [0.5, 0.25, 0.75];

    /// <summary>The parts, in the order in which they are taken until there is enough to learn from; null where nothing could be learnt.</summary>
    /// <param name="log">What may be learnt from.</param>
    /// <param name="hasOrder">Whether its times tell what was heard before what.</param>
    /// <param name="share">The share of the listens before an end that are labels.</param>
    /// <param name="windows">Parts that follow one another, taken in any case.</param>
    /// <param name="seed">Of the draws.</param>
    /// <param name="threads">Threads; 0 takes every core.</param>
    public static IEnumerable<LogCut?> Of(CataloguedListens log, bool hasOrder, double share, int windows, int seed, int threads)
    {
        var ends = Ends(share, windows);
        if (!hasOrder)
        {
            return ends.Select((_, part) => log.Listens.Count < MinListens ? null : LogCut.Drawn(log, share, seed + part, threads));
        }

        var times = log.Listens.Times.ToArray();
        Array.Sort(times);
        return ends.Select(end => Until(log, times, end) is var part && part.Listens.Count < MinListens ? null : LogCut.Newest(part, share, threads));
    }

    /// <summary>The ends of parts as shares of the log's listens, in the order in which they are taken.</summary>
    /// <param name="share">The share of the listens before an end that are labels.</param>
    /// <param name="windows">Parts that follow one another, taken in any case.</param>
    public static IEnumerable<double> Ends(double share, int windows)
    {
        var all = OlderFactor * windows;
        return Enumerable.Range(0, all).Select(part => (double)part)
            .Concat(Phases.SelectMany(phase => Enumerable.Range(0, all).Select(part => part + phase)))
            .Select(part => Math.Pow(1 - share, part));
    }

    // The oldest share of a log.
    private static CataloguedListens Until(CataloguedListens log, long[] sortedTimes, double end) => end >= 1
        ? log
        : log with { Listens = log.Listens.Before(sortedTimes[(int)(end * (sortedTimes.Length - 1))]) };
}

/// <summary>A cut with everything that is fitted to what was before it.</summary>
/// <param name="Cut">What was before and after.</param>
/// <param name="Finder">Asks the sources, which are fitted to what was before.</param>
/// <param name="Candidates">Of its users.</param>
/// <param name="Features">From statistics of what was before.</param>
internal sealed record FittedCut(LogCut Cut, CandidateFinder Finder, UserCandidates Candidates, FeatureBuilder Features)
{
    /// <summary>Fits the sources beside ALS.</summary>
    public static FittedCut Fit(LogCut cut, AlsModel als, TrainingSettings settings, CancellationToken cancellationToken)
    {
        var sources = CandidateSources.Fit(cut.Plays, cut.Before.Listens, settings, cancellationToken);
        var finder = sources.FinderOf(cut.Plays, als);
        return new FittedCut(
            cut,
            finder,
            new UserCandidates(finder, cut.Plays, cut.Before.Listens, settings.Get(RankerSettings.Candidates)),
            new FeatureBuilder(sources.Statistics, cut.Before.Catalogue));
    }
}
