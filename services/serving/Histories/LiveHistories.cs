using Microsoft.Extensions.Options;
using RecSys.Data.Histories;

namespace RecSys.Serving.Histories;

/// <summary>
/// The users' newest listens, in memory: what the database holds, read when a user is first asked about, and what has come
/// over the bus since. A listen counts from the moment it arrives, whether or not the database has it already.
/// </summary>
internal sealed class LiveHistories(
    ListenHistoryStore store, Downstream downstream, IOptions<ServingOptions> options, TimeProvider time)
{
    private readonly int _length = options.Value.HistoryLength;
    private readonly BoundedCache<string, UserHistory> _users = new(options.Value.HistoryCacheListens);

    // UTC ticks; what was read from the database before that may lack listens.
    private long _readAgainSince;

    /// <summary>Listens that are in memory, of all users.</summary>
    public long ListenCount => _users.Weight;

    /// <summary>Takes listens of one user that came over the bus.</summary>
    public void Add(string userId, ReadOnlySpan<HistoryListen> listens)
    {
        var history = _users.GetOrAdd(userId, _ => new UserHistory(_length));
        _users.Reweigh(userId, history, WeightOf(history.Add(listens)));
    }

    /// <summary>Listens may have passed by on the bus: every history is read from the database again when it is next asked for.</summary>
    public void ReadAgain() => Volatile.Write(ref _readAgainSince, time.GetUtcNow().UtcTicks);

    /// <summary>A user's history. An unknown user's is empty.</summary>
    public async Task<HistoryView> GetAsync(string userId, CallBudget budget, CancellationToken cancellationToken)
    {
        var history = _users.GetOrAdd(userId, _ => new UserHistory(_length));
        string? missing = null;
        if (!IsFresh(history.ReadAt))
        {
            var answer = await downstream.Database.TryAsync(
                _ => history.ShareReading(() => Task.Run(() => ReadAsync(userId, history), CancellationToken.None)), budget, cancellationToken);

            // One that was read before is whole but for what the bus may have lost since; that is worth no alarm.
            missing = answer.IsThere || history.ReadAt is not null ? null : answer.Cause;
        }

        return new HistoryView(history.Newest(before: null, _length), missing);
    }

    private bool IsFresh(DateTimeOffset? readAt) =>
        readAt is { } moment
        && moment.UtcTicks > Volatile.Read(ref _readAgainSince)
        && time.GetUtcNow() - moment < options.Value.HistoryLifetime;

    // Callers share one reading, so it heeds no single caller's time but has a limit of its own.
    private async Task<UserHistory> ReadAsync(string userId, UserHistory history)
    {
        using var limit = new CancellationTokenSource(options.Value.DatabaseTimeout, time);
        var readAt = time.GetUtcNow();
        var stored = await store.GetAsync(userId, _length, before: null, limit.Token);
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
