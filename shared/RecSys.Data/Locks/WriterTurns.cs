namespace RecSys.Data.Locks;

/// <summary>
/// SQLite lets one writer in at a time, and those who wait look again after up to 100 ms: one that writes piece after
/// piece would be back long before. Within a process writers therefore queue here, first come, first served.
/// </summary>
internal sealed class WriterTurns
{
    private readonly SemaphoreSlim? _gate;

    private WriterTurns(SemaphoreSlim? gate) => _gate = gate;

    /// <summary>For a database that takes any number of writers.</summary>
    public static WriterTurns Unlimited { get; } = new(null);

    public static WriterTurns OneAtATime() => new(new SemaphoreSlim(1, 1));

    /// <summary>Waits for a turn, which lasts until disposed.</summary>
    public async Task<IDisposable?> TakeAsync(CancellationToken cancellationToken)
    {
        if (_gate is null)
        {
            return null;
        }

        await _gate.WaitAsync(cancellationToken);
        return new Turn(_gate);
    }

    private sealed class Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
