namespace RecSys.Trainer.Ranking;

/// <summary>
/// Where a log ends for each part that the ranker learns from, as shares of its listens. The first parts follow one another from
/// the newest on. A small log shows too few users who come back in them: then follow older parts, and parts that overlap the
/// others, each with moments and sources of its own.
/// </summary>
internal static class LabelCuts
{
    // Parts that a small log is looked at in, for each one asked for.
    private const int OlderFactor = 2;

    // Where overlapping parts begin between two that follow one another.
    private static readonly double[] Phases = [0.5, 0.25, 0.75];

    /// <summary>The ends, in the order in which they are taken until there is enough to learn from.</summary>
    /// <param name="share">The share of the listens before an end that are labels.</param>
    /// <param name="windows">Parts that follow one another, taken in any case.</param>
    public static IEnumerable<double> Ends(double share, int windows)
    {
        var all = OlderFactor * windows;
        return Enumerable.Range(0, all).Select(part => (double)part)
            .Concat(Phases.SelectMany(phase => Enumerable.Range(0, all).Select(part => part + phase)))
            .Select(part => Math.Pow(1 - share, part));
    }

    /// <summary>The oldest share of a log.</summary>
    public static RankingLog Until(RankingLog log, long[] sortedTimes, double end) => end >= 1
        ? log
        : log with { Listens = log.Listens.Before(sortedTimes[(int)(end * (sortedTimes.Length - 1))]) };
}
