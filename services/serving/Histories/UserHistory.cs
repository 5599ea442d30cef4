using System.Diagnostics;
using System.Runtime.InteropServices;
using RecSys.Data.Histories;

namespace RecSys.Serving.Histories;

/// <summary>
/// The newest listens of one user, each once, in the order in which they were heard, however they arrive: late, backdated,
/// doubled, from the bus or from the store. Safe for use by many threads.
/// </summary>
/// <param name="capacity">Listens that are kept, at least 1; older ones are let go of.</param>
internal sealed class UserHistory(int capacity)
{
    private readonly Lock _lock = new();

    // Oldest first, so that the usual new listen is appended.
    private readonly List<HistoryListen> _listens = [];
    private Task<UserHistory>? _reading;
    private DateTimeOffset? _readAt;

    /// <summary>When the store was read last; null when it never was.</summary>
    public DateTimeOffset? ReadAt
    {
        get
        {
            lock (_lock)
            {
                return _readAt;
            }
        }
    }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _listens.Count;
            }
        }
    }

    /// <summary>Merges listens in; of those that are already there, each field keeps its larger value (<see cref="SameListen"/>).</summary>
    /// <returns>How many listens are held now.</returns>
    public int Add(ReadOnlySpan<HistoryListen> listens)
    {
        lock (_lock)
        {
            foreach (var listen in listens)
            {
                Insert(listen);
            }
            return _listens.Count;
        }
    }

    /// <summary>Merges in what the store holds and remembers when that was.</summary>
    /// <returns>How many listens are held now.</returns>
    public int AddStored(ReadOnlySpan<HistoryListen> listens, DateTimeOffset readAt)
    {
        lock (_lock)
        {
            _readAt = readAt;
            return Add(listens);
        }
    }

    /// <summary>Listens before a position, newest first.</summary>
    /// <param name="before">Only what is older than this; null for the newest.</param>
    /// <param name="count">At most so many.</param>
    public HistoryListen[] Newest(HistoryPosition? before, int count)
    {
        lock (_lock)
        {
            var end = _listens.Count;
            if (before is { } position)
            {
                end = LowerBound(position);
            }
            var start = Math.Max(0, end - count);
            var page = CollectionsMarshal.AsSpan(_listens)[start..end].ToArray();
            Array.Reverse(page);
            return page;
        }
    }

    /// <summary>The reading that is under way, or the one that <paramref name="start"/> begins.</summary>
    /// <remarks>
    /// Callers that need the store's listens at the same time share one read of it. <paramref name="start"/> is called
    /// under the lock and must come back at once.
    /// </remarks>
    public Task<UserHistory> ShareReading(Func<Task<UserHistory>> start)
    {
        lock (_lock)
        {
            if (_reading is null || _reading.IsCompleted)
            {
                _reading = start();
            }
            return _reading;
        }
    }

    private void Insert(HistoryListen listen)
    {
        var position = listen.Position;
        var index = _listens.Count == 0 || _listens[^1].Position.CompareTo(position) < 0 ? _listens.Count : LowerBound(position);
        if (index < _listens.Count && _listens[index].Position == position)
        {
            var known = _listens[index];
            _listens[index] = known with
            {
                PlayedShare = SameListen.PlayedShare(known.PlayedShare, listen.PlayedShare),
                PlayCount = SameListen.PlayCount(known.PlayCount, listen.PlayCount),
            };
            return;
        }
        if (_listens.Count == capacity)
        {
            if (index == 0)
            {
                return;
            }
            _listens.RemoveAt(0);
            index--;
        }
        _listens.Insert(index, listen);
        Debug.Assert(_listens.Count <= capacity);
    }

    // The first index whose listen is not before the position.
    private int LowerBound(HistoryPosition position)
    {
        var low = 0;
        var high = _listens.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_listens[middle].Position.CompareTo(position) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low;
    }
}

/// <summary>One listen of a user's history.</summary>
/// <param name="TrackId">The track.</param>
/// <param name="ListenedAtMicroseconds">When the play began, in microseconds since 1970-01-01 UTC.</param>
/// <param name="PlayedShare">Share of the track that was played, 0 to 1; null when unknown.</param>
/// <param name="PlayCount">Plays that it stands for, at least 1.</param>
internal readonly record struct HistoryListen(string TrackId, long ListenedAtMicroseconds, float? PlayedShare, int PlayCount)
{
    public DateTimeOffset ListenedAt => DateTimeOffset.UnixEpoch.AddMicroseconds(ListenedAtMicroseconds);

    public HistoryPosition Position => new(ListenedAtMicroseconds, TrackId);

    public static long ToMicroseconds(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}

/// <summary>
/// A listen's place in its user's history: by time, and by track id (ordinal) where two began at the same microsecond.
/// Two listens with the same position are the same listen.
/// </summary>
internal readonly record struct HistoryPosition(long ListenedAtMicroseconds, string TrackId) : IComparable<HistoryPosition>
{
    public int CompareTo(HistoryPosition other)
    {
        var byTime = ListenedAtMicroseconds.CompareTo(other.ListenedAtMicroseconds);
        return byTime != 0 ? byTime : string.CompareOrdinal(TrackId, other.TrackId);
    }
}
