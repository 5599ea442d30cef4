namespace RecSys.Hosting.Startup;

/// <summary>
/// Whether the process is ready: all <see cref="IStartupTask"/>s have succeeded. Calls are refused with UNAVAILABLE
/// while it is closed; consumers wait for it. Once open it stays open: a server that goes away later is dealt with
/// where it is used.
/// </summary>
public sealed class StartupGate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IReadOnlyList<StartupWait> _waiting = [];

    /// <summary>Whether all startup tasks have succeeded.</summary>
    public bool IsOpen => _opened.Task.IsCompletedSuccessfully;

    /// <summary>The tasks that haven't succeeded yet, the one being tried first; empty when open.</summary>
    public IReadOnlyList<StartupWait> Waiting => IsOpen ? [] : _waiting;

    /// <summary>Returns when the gate is open.</summary>
    /// <exception cref="OperationCanceledException">It didn't open before the token was cancelled.</exception>
    public Task WaitAsync(CancellationToken cancellationToken) => _opened.Task.WaitAsync(cancellationToken);

    internal void Wait(IReadOnlyList<StartupWait> waiting) => _waiting = waiting;

    internal void Open() => _opened.TrySetResult();
}
