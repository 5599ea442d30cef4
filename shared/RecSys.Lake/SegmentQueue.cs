namespace RecSys.Lake;

/// <summary>
/// Has the listens of calls that wait at the same time written together: under load there are fewer and larger segments and
/// fewer flushes, while a single call waits for nobody.
/// </summary>
internal sealed class SegmentQueue(Func<IReadOnlyList<LakeListen>, Task> write) : IDisposable
{
    // Listens that are written at once at most, so that a call does not wait for a very long write.
    private const int MaxGroupListens = 100_000;

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private bool _isWriting;
    private bool _isDisposed;

    /// <summary>Adds listens; completes when they are durable.</summary>
    public async Task AddAsync(IReadOnlyList<LakeListen> listens, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var own = new Waiting(listens, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), cancellationToken);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _waiting.Enqueue(own);
            if (!_isWriting)
            {
                _isWriting = true;
                _ = Task.Run(WriteAllAsync, CancellationToken.None);
            }
        }

        await own.Written.Task.ConfigureAwait(false);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
        }
    }

    private async Task WriteAllAsync()
    {
        while (NextGroup() is { } group)
        {
            try
            {
                await write(group.Count == 1 ? group[0].Listens : [.. group.SelectMany(waiting => waiting.Listens)]).ConfigureAwait(false);
                group.ForEach(waiting => waiting.Written.SetResult());
            }
            catch (Exception exception)
            {
                // Each caller gets the failure; the next group starts afresh.
                group.ForEach(waiting => waiting.Written.SetException(exception));
            }
        }
    }

    // Null, and the writing ended, when nothing waits.
    private List<Waiting>? NextGroup()
    {
        lock (_lock)
        {
            var group = new List<Waiting>();
            var listens = 0;
            while (_waiting.TryPeek(out var next) && (group.Count == 0 || listens + next.Listens.Count <= MaxGroupListens))
            {
                _waiting.Dequeue();
                if (next.CancellationToken.IsCancellationRequested)
                {
                    next.Written.SetCanceled(next.CancellationToken);
                    continue;
                }

                group.Add(next);
                listens += next.Listens.Count;
            }

            if (group.Count > 0)
            {
                return group;
            }

            _isWriting = false;
            return null;
        }
    }

    private sealed record Waiting(IReadOnlyList<LakeListen> Listens, TaskCompletionSource Written, CancellationToken CancellationToken);
}
