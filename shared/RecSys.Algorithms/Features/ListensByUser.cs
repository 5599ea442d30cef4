using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Splits;

namespace RecSys.Algorithms.Features;

/// <summary>Listens grouped by user and ascending in time within a user. 24 bytes a listen.</summary>
public sealed class ListensByUser
{
    private readonly long[] _offsets;
    private readonly int[] _items;
    private readonly long[] _times;
    private readonly float[] _shares;
    private readonly float[] _plays;

    private ListensByUser(int itemCount, long[] offsets, int[] items, long[] times, float[] shares, float[] plays)
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
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    /// <exception cref="AlgorithmException">Lengths differ or an index is out of range.</exception>
    public static ListensByUser Create(
        int userCount, int itemCount, int[] users, int[] items, long[] times, float[] shares, float[] plays, int threadCount = 0)
    {
        ArgumentNullException.ThrowIfNull(times);
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.Length != times.Length)
        {
            throw new AlgorithmException(AlgorithmError.MismatchedSizes, $"There are {times.Length} times but {shares.Length} shares.");
        }

        var log = new InteractionRows(userCount, itemCount, users, items, plays, times) { ThreadCount = threadCount };
        var starts = log.GroupByUser(out var rows);
        return new ListensByUser(
            itemCount,
            Array.ConvertAll(starts, start => (long)start),
            Array.ConvertAll(rows, row => items[row]),
            Array.ConvertAll(rows, row => times[row]),
            Array.ConvertAll(rows, row => shares[row]),
            Array.ConvertAll(rows, row => plays[row]));
    }

    /// <summary>Takes listens that are grouped and ordered already. The arrays are kept and must not change.</summary>
    /// <param name="itemCount">Number of items.</param>
    /// <param name="offsets">Where each user's listens begin, and the end: user count + 1 values.</param>
    /// <param name="items">Item of each listen.</param>
    /// <param name="times">Microseconds since 1970 UTC, ascending within a user; 0 when unknown.</param>
    /// <param name="shares">Share of the track that was played, 0 to 1; NaN when unknown.</param>
    /// <param name="plays">Plays that a listen stands for, above 0.</param>
    /// <exception cref="AlgorithmException">The arrays do not fit together, an index is out of range or times of a user fall.</exception>
    public static ListensByUser FromOrdered(int itemCount, long[] offsets, int[] items, long[] times, float[] shares, float[] plays)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(times);
        ArgumentNullException.ThrowIfNull(shares);
        ArgumentNullException.ThrowIfNull(plays);
        var fits = offsets.Length > 0 && offsets[0] == 0 && offsets[^1] == items.Length && times.Length == items.Length
            && shares.Length == items.Length && plays.Length == items.Length;
        for (var user = 1; fits && user < offsets.Length; user++)
        {
            fits = offsets[user] >= offsets[user - 1];
            for (var row = (int)offsets[user - 1] + 1; fits && row < offsets[user]; row++)
            {
                fits = times[row] >= times[row - 1];
            }
        }

        if (!fits)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, $"{items.Length} listens of {offsets.Length - 1} users are not grouped by user and ordered by time.");
        }

        if (items.AsSpan().ContainsAnyExceptInRange(0, Math.Max(0, itemCount - 1)))
        {
            throw new AlgorithmException(AlgorithmError.IndexOutOfRange, $"A listen is of an item that is not in 0 … {itemCount - 1}.");
        }

        return new ListensByUser(itemCount, offsets, items, times, shares, plays);
    }

    /// <summary>All listens of a user.</summary>
    public UserListens Of(int userIndex)
    {
        var (start, length) = ((int)_offsets[userIndex], (int)(_offsets[userIndex + 1] - _offsets[userIndex]));
        return new UserListens(
            _items.AsMemory(start, length), _times.AsMemory(start, length), _shares.AsMemory(start, length), _plays.AsMemory(start, length));
    }

    /// <summary>Some listens of some users to some items, numbered anew in the order given.</summary>
    /// <param name="users">Old indices of the users to keep.</param>
    /// <param name="items">Old indices of the items to keep.</param>
    /// <param name="keep">Told the new indices of user and item, and the time of a listen; null for all.</param>
    public ListensByUser Select(IReadOnlyList<int> users, IReadOnlyList<int> items, Func<int, int, long, bool>? keep = null)
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(items);
        var newItems = new int[ItemCount];
        Array.Fill(newItems, -1);
        for (var item = 0; item < items.Count; item++)
        {
            newItems[items[item]] = item;
        }

        return Take(users, items.Count, newItems, keep);
    }

    /// <summary>The listens before a moment (microseconds since 1970 UTC), those of unknown time among them.</summary>
    public ListensByUser Before(long moment) =>
        Take([.. Enumerable.Range(0, UserCount)], ItemCount, [.. Enumerable.Range(0, ItemCount)], (_, _, time) => time < moment);

    /// <summary>The users × items matrix of plays.</summary>
    public SparseMatrix ToMatrix() => ToInteractions().ToMatrix();

    /// <summary>The same listens without shares.</summary>
    /// <param name="threadCount">Threads of what works over them; 0 takes every core.</param>
    public InteractionRows ToInteractions(int threadCount = 0)
    {
        var users = new int[Count];
        for (var user = 0; user < UserCount; user++)
        {
            users.AsSpan((int)_offsets[user], (int)(_offsets[user + 1] - _offsets[user])).Fill(user);
        }

        return new InteractionRows(UserCount, ItemCount, users, _items, _plays, _times) { ThreadCount = threadCount };
    }

    // Counted first: lists that grow would take several times the memory of the log.
    private ListensByUser Take(IReadOnlyList<int> users, int itemCount, int[] newItems, Func<int, int, long, bool>? keep)
    {
        var offsets = new long[users.Count + 1];
        for (var user = 0; user < users.Count; user++)
        {
            var count = 0;
            for (var row = (int)_offsets[users[user]]; row < _offsets[users[user] + 1]; row++)
            {
                count += IsKept(user, row) ? 1 : 0;
            }

            offsets[user + 1] = offsets[user] + count;
        }

        var kept = (int)offsets[^1];
        var (items, times, shares, plays) = (
            GC.AllocateUninitializedArray<int>(kept), GC.AllocateUninitializedArray<long>(kept),
            GC.AllocateUninitializedArray<float>(kept), GC.AllocateUninitializedArray<float>(kept));
        var at = 0;
        for (var user = 0; user < users.Count; user++)
        {
            for (var row = (int)_offsets[users[user]]; row < _offsets[users[user] + 1]; row++)
            {
                if (IsKept(user, row))
                {
                    (items[at], times[at], shares[at], plays[at]) = (newItems[_items[row]], _times[row], _shares[row], _plays[row]);
                    at++;
                }
            }
        }

        return new ListensByUser(itemCount, offsets, items, times, shares, plays);

        bool IsKept(int user, int row) => newItems[_items[row]] is >= 0 and var item && (keep is null || keep(user, item, _times[row]));
    }
}

/// <summary>Listens of one user, ascending in time, as parallel arrays.</summary>
/// <param name="Items">Item of each listen.</param>
/// <param name="Times">Microseconds since 1970 UTC; 0 when unknown.</param>
/// <param name="Shares">Share of the track that was played, 0 to 1; NaN when unknown.</param>
/// <param name="Plays">Plays that a listen stands for, above 0.</param>
public readonly record struct UserListens(
    ReadOnlyMemory<int> Items, ReadOnlyMemory<long> Times, ReadOnlyMemory<float> Shares, ReadOnlyMemory<float> Plays)
{
    /// <summary>Listens that features are made of; serving keeps no more of a user, so training looks at no more.</summary>
    public const int MaxListens = 500;

    /// <summary>Number of listens.</summary>
    public int Count => Items.Length;

    /// <summary>The listens before a moment, those of unknown time among them; all for the moment 0.</summary>
    public UserListens Before(long moment)
    {
        var end = Count;
        while (moment > 0 && end > 0 && Times.Span[end - 1] >= moment)
        {
            end--;
        }

        return new UserListens(Items[..end], Times[..end], Shares[..end], Plays[..end]);
    }

    /// <summary>The newest listens.</summary>
    public UserListens Latest(int count)
    {
        var skip = Math.Max(0, Count - count);
        return new UserListens(Items[skip..], Times[skip..], Shares[skip..], Plays[skip..]);
    }
}
