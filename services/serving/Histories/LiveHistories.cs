using Microsoft.Extensions.Options;
using RecSys.Data.Deletions;
using RecSys.Data.Histories;
using RecSys.Hosting;

namespace RecSys.Serving.Histories;

/// <summary>
/// The users' newest listens, in memory: what the database holds, read when a user is first asked about, and what has come
/// over the bus since. A listen counts from the moment it arrives, whether or not the database has it already. Whoever is deleted is
/// forgotten.
/// </summary>
internal sealed class LiveHistories
{
    private readonly ListenHistoryStore _store;
    private readonly KnownDeletions _deletions;
    private readonly Downstream _downstream;
    private readonly ServingOptions _options;
    private readonly TimeProvider _time;
    private readonly BoundedCache<string, UserHistory> _users;

    // UTC ticks; what was read from the database before that may lack listens.
    private long _readAgainSince;

    public LiveHistories(
        ListenHistoryStore store, KnownDeletions deletions, Downstream downstream, IOptions<ServingOptions> options, TimeProvider time)
    {
        (_store, _deletions, _downstream, _options, _time) = (store, deletions, downstream, options.Value, time);
        _users = new BoundedCache<string, UserHistory>(_options.HistoryCacheListens);
        deletions.Learnt += Forget;
    }

    /// <summary>Listens that are in memory, of all users.</summary>
    public long ListenCount => _users.Weight;

    /// <summary>Takes listens of one user that came over the bus.</summary>
    public void Add(string userId, ReadOnlySpan<HistoryListen> listens)
    {
        var history = _users.GetOrAdd(userId, _ => new UserHistory(_options.HistoryLength));
        _users.Reweigh(userId, history, WeightOf(history.Add(listens)));
    }

    /// <summary>Listens may have passed by on the bus: every history is read from the database again when it is next asked for.</summary>
    public void ReadAgain() => Volatile.Write(ref _readAgainSince, _time.GetUtcNow().UtcTicks);

    /// <summary>A user's history. An unknown user's is empty.</summary>
    public async Task<HistoryView> GetAsync(string userId, CallBudget budget, CancellationToken cancellationToken)
    {
        var history = _users.GetOrAdd(userId, _ => new UserHistory(_options.HistoryLength));
        string? missing = null;
        if (!IsFresh(history.ReadAt))
        {
            var answer = await _downstream.Database.TryAsync(
                _ => history.ShareReading(() => Task.Run(() => ReadAsync(userId, history), CancellationToken.None)), budget, cancellationToken);

            // One that was read before is whole but for what the bus may have lost since; that is worth no alarm.
            missing = answer.IsThere || history.ReadAt is not null ? null : answer.Cause;
        }

        // What was read while the deletion came may still be in it.
        var listens = history.Newest(before: null, _options.HistoryLength);
        return new HistoryView(
            _deletions.Current.Find(userId) is { } deleted ? [.. listens.Where(listen => listen.ListenedAt > deleted.DeletedAt)] : listens, missing);
    }

    private void Forget(IReadOnlyList<DeletedUserRow> deleted)
    {
        foreach (var user in deleted)
        {
            if (user.UserId is { } userId)
            {
                _users.Remove(userId);
            }
            else
            {
                // Erased while this process heard nothing. Histories are read again when they are asked for.
                _users.Clear();
            }
        }
    }

    private bool IsFresh(DateTimeOffset? readAt) =>
        readAt is { } moment
        && moment.UtcTicks > Volatile.Read(ref _readAgainSince)
        && _time.GetUtcNow() - moment < _options.HistoryLifetime;

    // Callers share one reading, so it heeds no single caller's time but has a limit of its own.
    private async Task<UserHistory> ReadAsync(string userId, UserHistory history)
    {
        using var limit = new CancellationTokenSource(_options.DatabaseTimeout, _time);
        var readAt = _time.GetUtcNow();
        var stored = await _store.GetAsync(userId, _options.HistoryLength, before: null, limit.Token);
        var listens = new HistoryListen[stored.Count];
        for (var i = 0; i < listens.Length; i++)
        {
            listens[i] = new HistoryListen(
                stored[i].TrackId, HistoryListen.ToMicroseconds(stored[i].ListenedAt), stored[i].PlayedShare, stored[i].PlayCount);
        }

        _users.Reweigh(userId, history, WeightOf(history.AddStored(listens, readAt)));
        return history;
    }

    /// <summary>A user without listens weighs something, too.</summary>
    private static int WeightOf(int listenCount) => listenCount + 1;
}

/// <summary>What is known of a user's history at one moment.</summary>
/// <param name="Listens">Newest first.</param>
/// <param name="Missing">Why only listens that came over the bus are known; null when the database has been read.</param>
internal sealed record HistoryView(IReadOnlyList<HistoryListen> Listens, string? Missing);
