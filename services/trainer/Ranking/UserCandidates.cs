using RecSys.Algorithms;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Ranking.Features;

namespace RecSys.Trainer.Ranking;

/// <summary>Finds the candidates of users of a matrix as the candidate service would: what they heard is left out.</summary>
/// <param name="finder">Fitted to the matrix.</param>
/// <param name="plays">Users × items.</param>
/// <param name="listens">The same with times.</param>
/// <param name="count">Candidates of a user.</param>
internal sealed class UserCandidates(CandidateFinder finder, SparseMatrix plays, ListeningLog listens, int count)
{
    /// <summary>One source's list.</summary>
    public IReadOnlyList<SourceHit> Of(int userIndex, SourceKind source, ItemSet denied, int listLength) =>
        finder.Retrieve(Profile(userIndex), denied, listLength, [source]).FirstOrDefault()?.Hits ?? [];

    /// <summary>The merged candidates.</summary>
    public IReadOnlyList<MergedCandidate> Of(int userIndex, ItemSet denied) =>
        CandidateMerger.Merge(finder.Retrieve(Profile(userIndex), denied, count), count);

    /// <summary>What the user has heard.</summary>
    public ItemSet Heard(int userIndex) => new(plays.ColumnCount, plays.RowColumns(userIndex));

    private ListenerProfile Profile(int userIndex) => new()
    {
        UserIndex = userIndex,
        Items = plays.RowColumns(userIndex).ToArray(),
        Plays = plays.RowValues(userIndex).ToArray(),
        RecentItems = Recent(userIndex),
    };

    // The latest first; of those at one time (a log without times gives all the same) the most played first.
    private int[] Recent(int userIndex)
    {
        var history = listens.HistoryOf(userIndex);
        var items = history.Items.Span;
        var times = history.Times.Span;
        var recent = new List<int>();
        var isListed = new HashSet<int>();
        for (var end = items.Length; end > 0 && recent.Count < UserHistory.MaxListens;)
        {
            var start = end - 1;
            while (start > 0 && times[start - 1] == times[end - 1])
            {
                start--;
            }

            var length = end - start;
            var order = length == 1 ? [start] : MostPlayedFirst(history.Plays, start, length);
            foreach (var i in order)
            {
                if (isListed.Add(items[i]))
                {
                    recent.Add(items[i]);
                }
            }

            end = start;
        }

        return [.. recent];
    }

    // Equal plays keep their order.
    private static int[] MostPlayedFirst(ReadOnlyMemory<float> plays, int start, int length) =>
        [.. Enumerable.Range(start, length).OrderByDescending(i => plays.Span[i])];
}
