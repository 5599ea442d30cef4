using RecSys.Algorithms;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Matrices;

namespace RecSys.Trainer.Ranker;

/// <summary>Finds the candidates of users of a matrix as the candidate service would: what they heard is left out.</summary>
/// <param name="finder">Fitted to the matrix.</param>
/// <param name="plays">Users × items.</param>
/// <param name="listens">The same with times.</param>
/// <param name="count">Candidates of a user.</param>
internal sealed class UserCandidates(CandidateFinder finder, SparseMatrix plays, ListensByUser listens, int count)
{
    /// <summary>One source's list.</summary>
    public IReadOnlyList<SourceHit> Of(int userIndex, SourceKind source, ItemSet denied, int listLength) =>
        finder.Retrieve(Profile(userIndex), denied, listLength, [source]).FirstOrDefault()?.Hits ?? [];

    /// <summary>The merged candidates.</summary>
    public IReadOnlyList<MergedCandidate> Of(int userIndex, ItemSet denied) =>
        CandidateMerger.Merge(finder.Retrieve(Profile(userIndex), denied, count), count);

    /// <summary>One source's list of each of many users, without what they heard.</summary>
    /// <param name="users">The users.</param>
    /// <param name="source">The source.</param>
    /// <param name="listLength">Length of a list at most.</param>
    /// <param name="use">Is given the place of a user in <paramref name="users"/> and the list, by many threads at once.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    public void ForEach(
        int[] users, SourceKind source, int listLength, Action<int, IReadOnlyList<SourceHit>> use, ParallelOptions parallel) =>
        ForEach(users, listLength, [source], (place, lists) => use(place, lists.FirstOrDefault()?.Hits ?? []), parallel);

    /// <summary>The merged candidates of each of many users, without what they heard.</summary>
    /// <param name="users">The users.</param>
    /// <param name="use">Is given the place of a user in <paramref name="users"/> and the candidates, by many threads at once.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    public void ForEach(int[] users, Action<int, IReadOnlyList<MergedCandidate>> use, ParallelOptions parallel) =>
        ForEach(users, count, null, (place, lists) => use(place, CandidateMerger.Merge(lists, count)), parallel);

    private void ForEach(
        int[] users, int listLength, SourceKind[]? sources, Action<int, IReadOnlyList<SourceList>> use, ParallelOptions parallel)
    {
        // As many together as there are to search for, and something for every thread where users are few.
        var together = Math.Clamp(users.Length / Math.Max(1, 4 * parallel.MaxDegreeOfParallelism), 1, CandidateFinder.MaxProfiles);
        Parallel.For(0, (users.Length + together - 1) / together, parallel, block =>
        {
            var first = block * together;
            var profiles = new ListenerProfile[Math.Min(together, users.Length - first)];
            for (var i = 0; i < profiles.Length; i++)
            {
                profiles[i] = Profile(users[first + i]);
            }

            var lists = finder.Retrieve(profiles, plays, listLength, sources);
            for (var i = 0; i < profiles.Length; i++)
            {
                use(first + i, lists[i]);
            }
        });
    }

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
        var history = listens.Of(userIndex);
        var items = history.Items.Span;
        var times = history.Times.Span;
        var recent = new List<int>();
        var isListed = new HashSet<int>();
        for (var end = items.Length; end > 0 && recent.Count < UserListens.MaxListens;)
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
