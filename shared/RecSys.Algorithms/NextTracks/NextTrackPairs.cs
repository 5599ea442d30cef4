using RecSys.Algorithms.Splits;

namespace RecSys.Algorithms.NextTracks;

/// <summary>
/// Pairs of one listen and the next in the same session, as parallel arrays: what a next-track model learns from.
/// The arrays are kept, not copied, and must not change.
/// </summary>
public sealed class NextTrackPairs
{
    private readonly int[] _userIndices;
    private readonly int[] _itemIndices;
    private readonly int[] _nextItemIndices;
    private readonly int[] _sessions;
    private readonly long[] _times;

    /// <summary>Wraps the arrays.</summary>
    /// <param name="userCount">Number of users.</param>
    /// <param name="itemCount">Number of items.</param>
    /// <param name="userIndices">User of each pair.</param>
    /// <param name="itemIndices">First item of each pair.</param>
    /// <param name="nextItemIndices">Item that followed it.</param>
    /// <param name="sessions">Session of each pair.</param>
    /// <param name="times">Unix microseconds of each pair's second listen: the moment at which the prediction is put to the test.</param>
    /// <exception cref="AlgorithmException">Lengths differ or an index is out of range.</exception>
    public NextTrackPairs(
        int userCount, int itemCount, int[] userIndices, int[] itemIndices, int[] nextItemIndices, int[] sessions, long[] times)
    {
        ArgumentNullException.ThrowIfNull(userIndices);
        ArgumentNullException.ThrowIfNull(itemIndices);
        ArgumentNullException.ThrowIfNull(nextItemIndices);
        ArgumentNullException.ThrowIfNull(sessions);
        ArgumentNullException.ThrowIfNull(times);
        var count = userIndices.Length;
        if (itemIndices.Length != count || nextItemIndices.Length != count || sessions.Length != count || times.Length != count)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, "Every pair needs a user, an item, a next item, a session and a time; the arrays differ in length.");
        }

        for (var pair = 0; pair < count; pair++)
        {
            if ((uint)userIndices[pair] >= (uint)userCount
                || (uint)itemIndices[pair] >= (uint)itemCount
                || (uint)nextItemIndices[pair] >= (uint)itemCount)
            {
                throw new AlgorithmException(
                    AlgorithmError.IndexOutOfRange,
                    $"Pair {pair} is user {userIndices[pair]}, item {itemIndices[pair]}, next {nextItemIndices[pair]}; there are {userCount} users and {itemCount} items.");
            }
        }

        UserCount = userCount;
        ItemCount = itemCount;
        _userIndices = userIndices;
        _itemIndices = itemIndices;
        _nextItemIndices = nextItemIndices;
        _sessions = sessions;
        _times = times;
    }

    /// <summary>Number of users.</summary>
    public int UserCount { get; }

    /// <summary>Number of items.</summary>
    public int ItemCount { get; }

    /// <summary>Number of pairs.</summary>
    public int Count => _userIndices.Length;

    /// <summary>User of each pair.</summary>
    public ReadOnlySpan<int> UserIndices => _userIndices;

    /// <summary>First item of each pair.</summary>
    public ReadOnlySpan<int> ItemIndices => _itemIndices;

    /// <summary>Item that followed it.</summary>
    public ReadOnlySpan<int> NextItemIndices => _nextItemIndices;

    /// <summary>Session of each pair; sessions are numbered from 0 by user and time.</summary>
    public ReadOnlySpan<int> Sessions => _sessions;

    /// <summary>Unix microseconds of each pair's second listen.</summary>
    public ReadOnlySpan<long> Times => _times;

    /// <summary>Cuts each user's listens into sessions at gaps and makes a pair of each listen and the next; ordered by user and time.</summary>
    /// <exception cref="AlgorithmException">The log has no times, or the gap isn't positive.</exception>
    public static NextTrackPairs FromLog(InteractionRows log, SessionOptions? options, out SessionReport report)
    {
        ArgumentNullException.ThrowIfNull(log);
        options ??= new SessionOptions();
        if (options.Gap <= TimeSpan.Zero)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"The session gap is {options.Gap}; give a time above zero, such as 30 minutes.");
        }

        var gap = UnixMicroseconds.From(options.Gap);
        var starts = log.GroupByUser(out var rows);
        // Twice over the log: lists that grow would take several times the memory of the pairs.
        report = Walk(null);
        var pairs = new NextTrackPairs(
            log.UserCount, log.ItemCount, new int[report.Pairs], new int[report.Pairs], new int[report.Pairs], new int[report.Pairs], new long[report.Pairs]);
        Walk(pairs);
        return pairs;

        SessionReport Walk(NextTrackPairs? filled)
        {
            var items = log.ItemIndices;
            var times = log.Times;
            var (session, single, repeats, count) = (-1, 0, 0, 0);
            for (var user = 0; user < log.UserCount; user++)
            {
                var length = 0;
                for (var at = starts[user]; at < starts[user + 1]; at++)
                {
                    var row = rows[at];
                    if (at == starts[user] || times[row] - times[rows[at - 1]] > gap)
                    {
                        single += length == 1 ? 1 : 0;
                        session++;
                        length = 1;
                        continue;
                    }

                    length++;
                    var previous = items[rows[at - 1]];
                    if (previous == items[row] && !options.KeepRepeats)
                    {
                        repeats++;
                        continue;
                    }

                    filled?.Set(count, user, previous, items[row], session, times[row]);
                    count++;
                }

                single += length == 1 ? 1 : 0;
            }

            return new SessionReport(log.RowCount, session + 1, single, count, repeats);
        }
    }

    /// <summary>Pairs whose second listen is before the moment are train, the others test.</summary>
    public (NextTrackPairs Train, NextTrackPairs Test) SplitAt(DateTimeOffset cut)
    {
        var cutTime = UnixMicroseconds.From(cut);
        return (Where(pair => _times[pair] < cutTime), Where(pair => _times[pair] >= cutTime));
    }

    /// <summary>The moment that leaves about the given share of the pairs to test.</summary>
    /// <param name="testShare">Between 0 and 1.</param>
    /// <exception cref="AlgorithmException">There are no pairs, or the share is out of range.</exception>
    public DateTimeOffset CutFor(double testShare)
    {
        if (!(testShare > 0 && testShare < 1))
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"The test share is {testShare}; give a value between 0 and 1, such as 0.2.");
        }

        if (Count == 0)
        {
            throw new AlgorithmException(AlgorithmError.EmptyMatrix, "There are no next-track pairs to split; use a log with sessions of two listens or more.");
        }

        var sorted = (long[])_times.Clone();
        Array.Sort(sorted);
        var at = Math.Min((int)((1 - testShare) * sorted.Length), sorted.Length - 1);
        return UnixMicroseconds.ToTime(sorted[at]);
    }

    /// <summary>
    /// Share of pairs that a model can be measured on: it knows the user and the next item. 0 when there are no pairs.
    /// </summary>
    /// <param name="knownUsers">One flag a user.</param>
    /// <param name="knownItems">One flag an item.</param>
    public double Coverage(ReadOnlySpan<bool> knownUsers, ReadOnlySpan<bool> knownItems)
    {
        if (knownUsers.Length != UserCount || knownItems.Length != ItemCount)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"Flags of {knownUsers.Length} users and {knownItems.Length} items were given; the pairs have {UserCount} and {ItemCount}.");
        }

        var known = 0;
        for (var pair = 0; pair < Count; pair++)
        {
            known += knownUsers[_userIndices[pair]] && knownItems[_nextItemIndices[pair]] ? 1 : 0;
        }

        return Count == 0 ? 0 : (double)known / Count;
    }

    private void Set(int pair, int user, int item, int nextItem, int session, long time)
    {
        (_userIndices[pair], _itemIndices[pair], _nextItemIndices[pair]) = (user, item, nextItem);
        (_sessions[pair], _times[pair]) = (session, time);
    }

    private NextTrackPairs Where(Func<int, bool> keep)
    {
        var kept = Enumerable.Range(0, Count).Where(keep).ToArray();
        return new NextTrackPairs(
            UserCount,
            ItemCount,
            Pick(_userIndices, kept),
            Pick(_itemIndices, kept),
            Pick(_nextItemIndices, kept),
            Pick(_sessions, kept),
            Pick(_times, kept));
    }

    private static T[] Pick<T>(T[] values, int[] indices) => Array.ConvertAll(indices, i => values[i]);
}

/// <summary>How listens become sessions and next-track pairs.</summary>
public sealed record SessionOptions
{
    /// <summary>A listen that begins longer than this after the user's previous one begins a new session; more than zero.</summary>
    public TimeSpan Gap { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether a track played twice in a row makes a pair with itself.</summary>
    public bool KeepRepeats { get; init; } = true;
}

/// <summary>What <see cref="NextTrackPairs.FromLog"/> made of a log.</summary>
/// <param name="Listens">Rows of the log.</param>
/// <param name="Sessions">Sessions found.</param>
/// <param name="SingleListenSessions">Sessions of one listen, which make no pair.</param>
/// <param name="Pairs">Pairs made.</param>
/// <param name="DroppedRepeats">Pairs of a track with itself that were left out.</param>
public sealed record SessionReport(long Listens, int Sessions, int SingleListenSessions, int Pairs, int DroppedRepeats);
