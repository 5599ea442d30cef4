using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Splits;

namespace RecSys.Algorithms.Ranking.Features;

/// <summary>Listens grouped by user and ascending in time within a user. 24 bytes a listen.</summary>
public sealed class ListeningLog
{
    private readonly long[] _offsets;
    private readonly int[] _items;
    private readonly long[] _times;
    private readonly float[] _shares;
    private readonly float[] _plays;

    private ListeningLog(int itemCount, long[] offsets, int[] items, long[] times, float[] shares, float[] plays)
    {
        ItemCount = itemCount;
        (_offsets, _items, _times, _shares, _plays) = (offsets, items, times, shares, plays);
    }

    /// <summary>Number of users.</summary>
    public int UserCount => _offsets.Length - 1;

    /// <summary>Number of items.</summary>
    public int ItemCount { get; }

    /// <summary>Number of listens.</summary>
    public int Count => _items.Length;

    /// <summary>The times of all listens, user by user, in microseconds since 1970 UTC; 0 when unknown.</summary>
    public ReadOnlySpan<long> Times => _times;

    /// <summary>The shares of all listens, user by user; NaN when unknown.</summary>
    public ReadOnlySpan<float> Shares => _shares;

    /// <summary>Groups and orders listens; those of one user and time keep their order.</summary>
    /// <param name="userCount">Number of users.</param>
    /// <param name="itemCount">Number of items.</param>
    /// <param name="users">User of each listen.</param>
    /// <param name="items">Item of each listen.</param>
    /// <param name="times">Microseconds since 1970 UTC; 0 when unknown.</param>
    /// <param name="shares">Share of the track that was played, 0 to 1; NaN when unknown.</param>
    /// <param name="plays">Plays that a listen stands for, above 0.</param>
    /// <exception cref="AlgorithmException">Lengths differ or an index is out of range.</exception>
    public static ListeningLog Create(int userCount, int itemCount, int[] users, int[] items, long[] times, float[] shares, float[] plays)
    {
        ArgumentNullException.ThrowIfNull(times);
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.Length != times.Length)
        {
            throw new AlgorithmException(AlgorithmError.MismatchedSizes, $"There are {times.Length} times but {shares.Length} shares.");
        }

        var starts = new InteractionLog(userCount, itemCount, users, items, plays, times).GroupByUser(out var rows);
        return new ListeningLog(
            itemCount,
            Array.ConvertAll(starts, start => (long)start),
            Array.ConvertAll(rows, row => items[row]),
            Array.ConvertAll(rows, row => times[row]),
            Array.ConvertAll(rows, row => shares[row]),
            Array.ConvertAll(rows, row => plays[row]));
    }

    /// <summary>All listens of a user.</summary>
    public UserHistory HistoryOf(int userIndex)
    {
        var (start, length) = ((int)_offsets[userIndex], (int)(_offsets[userIndex + 1] - _offsets[userIndex]));
        return new UserHistory(
            _items.AsMemory(start, length), _times.AsMemory(start, length), _shares.AsMemory(start, length), _plays.AsMemory(start, length));
    }

    /// <summary>The listens for which the predicate holds, in the same numbering of users and items.</summary>
    /// <param name="keep">Told the user and the item of a listen and its time.</param>
    public ListeningLog Where(Func<int, int, long, bool> keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        var offsets = new long[_offsets.Length];
        var rows = new List<int>();
        for (var user = 0; user < UserCount; user++)
        {
            for (var row = (int)_offsets[user]; row < _offsets[user + 1]; row++)
            {
                if (keep(user, _items[row], _times[row]))
                {
                    rows.Add(row);
                }
            }

            offsets[user + 1] = rows.Count;
        }

        return Take(ItemCount, offsets, rows, row => _items[row]);
    }

    /// <summary>The listens of some users and of some items, numbered anew in the order given.</summary>
    /// <param name="users">Old indices of the users to keep.</param>
    /// <param name="items">Old indices of the items to keep.</param>
    public ListeningLog Select(IReadOnlyList<int> users, IReadOnlyList<int> items)
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(items);
        var newItems = new int[ItemCount];
        Array.Fill(newItems, -1);
        for (var item = 0; item < items.Count; item++)
        {
            newItems[items[item]] = item;
        }

        var offsets = new long[users.Count + 1];
        var rows = new List<int>();
        for (var user = 0; user < users.Count; user++)
        {
            for (var row = (int)_offsets[users[user]]; row < _offsets[users[user] + 1]; row++)
            {
                if (newItems[_items[row]] >= 0)
                {
                    rows.Add(row);
                }
            }

            offsets[user + 1] = rows.Count;
        }

        return Take(items.Count, offsets, rows, row => newItems[_items[row]]);
    }

    /// <summary>The listens before a moment (microseconds since 1970 UTC), those of unknown time among them.</summary>
    public ListeningLog Before(long moment) => Where((_, _, time) => time < moment);

    /// <summary>The users × items matrix of plays.</summary>
    public SparseMatrix ToMatrix() => ToInteractions().ToMatrix();

    /// <summary>The same listens without shares.</summary>
    public InteractionLog ToInteractions()
    {
        var users = new int[Count];
        for (var user = 0; user < UserCount; user++)
        {
            users.AsSpan((int)_offsets[user], (int)(_offsets[user + 1] - _offsets[user])).Fill(user);
        }

        return new InteractionLog(UserCount, ItemCount, users, _items, _plays, _times);
    }

    private ListeningLog Take(int itemCount, long[] offsets, List<int> rows, Func<int, int> item) => new(
        itemCount,
        offsets,
        [.. rows.Select(item)],
        [.. rows.Select(row => _times[row])],
        [.. rows.Select(row => _shares[row])],
        [.. rows.Select(row => _plays[row])]);
}
