namespace RecSys.Trainer.Ranking;

/// <summary>
/// The parts that the ranker learns from. Where a log's times tell an order, each is what was heard last before it ends: the first
/// parts follow one another from the newest on. A small log shows too few users who come back in them: then follow older parts, and
/// parts that overlap the others, each with moments and sources of its own. Where times don't tell, each part is a draw of its own.
/// </summary>
internal static class LabelParts
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
    public static IEnumerable<LabelSplit?> Of(RankingLog log, bool hasOrder, double share, int windows, int seed)
    {
        var ends = Ends(share, windows);
        if (!hasOrder)
        {
            return ends.Select((_, part) => log.Listens.Count < MinListens ? null : LabelSplit.Drawn(log, share, seed + part));
        }

        var times = log.Listens.Times.ToArray();
        Array.Sort(times);
        return ends.Select(end => Until(log, times, end) is var part && part.Listens.Count < MinListens ? null : LabelSplit.Newest(part, share));
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
    private static RankingLog Until(RankingLog log, long[] sortedTimes, double end) => end >= 1
        ? log
        : log with { Listens = log.Listens.Before(sortedTimes[(int)(end * (sortedTimes.Length - 1))]) };
}
