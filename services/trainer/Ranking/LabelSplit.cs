using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Ranking.Features;
using RecSys.Algorithms.Splits;

namespace RecSys.Trainer.Ranking;

/// <summary>
/// A log at a cut: what the sources and features may know, and what was heard afterwards. Users and items are numbered as in
/// the two matrices.
/// </summary>
/// <param name="Plays">Users × items before the cut.</param>
/// <param name="Labels">What was heard after the cut and not before it, by users and of items that are known.</param>
/// <param name="Before">The listens of <paramref name="Plays"/>.</param>
/// <param name="Catalogue">Of the same items.</param>
/// <param name="Moments">
/// When each user asks: at the first listen after the cut, or at the cut, in microseconds since 1970 UTC. All 0 for a log
/// without times.
/// </param>
internal sealed record LabelSplit(SparseMatrix Plays, SparseMatrix Labels, ListeningLog Before, CatalogueIndex Catalogue, long[] Moments)
{
    /// <summary>Gathers what a split withheld.</summary>
    /// <param name="split">Of the log.</param>
    /// <param name="log">The listens that were split.</param>
    /// <param name="cut">The time from which on listens were withheld, in microseconds since 1970 UTC; 0 when pairs were withheld by a hash.</param>
    public static LabelSplit From(DataSplit split, RankingLog log, long cut)
    {
        var users = split.UserIndices;
        var items = split.ItemIndices;
        var before = log.Listens.Select(users, items);
        var moments = new long[users.Count];
        if (cut > 0)
        {
            for (var user = 0; user < moments.Length; user++)
            {
                moments[user] = cut;
                foreach (var time in log.Listens.HistoryOf(users[user]).Times.Span)
                {
                    if (time >= cut)
                    {
                        moments[user] = time;
                        break;
                    }
                }
            }
        }

        return new LabelSplit(
            split.Train,
            split.Test,
            cut > 0 ? before.Before(cut) : before.Where((user, item, _) => split.Train.RowColumns(user).BinarySearch(item) >= 0),
            log.Catalogue.Select(items),
            moments);
    }
}
