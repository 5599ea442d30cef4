using RecSys.Hosting.Settings;

namespace RecSys.Hosting.Startup;

/// <summary>A startup task that hasn't succeeded yet.</summary>
/// <param name="Task">Its <see cref="IStartupTask.Name"/>.</param>
/// <param name="WaitsFor">Its <see cref="IStartupTask.WaitsFor"/>.</param>
/// <param name="Reason">Why its last attempt failed, on one line; null when it hasn't been tried or is running for the first time.</param>
/// <param name="Attempts">How often it was tried.</param>
public sealed record StartupWait(string Task, string WaitsFor, string? Reason, int Attempts);

/// <summary>
/// Whether the process is ready: all <see cref="IStartupTask"/>s have succeeded, and <see cref="IWarmUp"/>s had their turn.
/// Calls are refused with UNAVAILABLE until the tasks have succeeded; consumers wait for the gate. Once open it stays open: a
/// server that goes away later is dealt with where it is used.
/// </summary>
public sealed class StartupGate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IReadOnlyList<StartupWait> _waiting = [];
    private volatile bool _answers;

    /// <summary>Whether the process is ready.</summary>
    public bool IsOpen => _opened.Task.IsCompletedSuccessfully;

    /// <summary>The tasks that haven't succeeded yet, the one being tried first; empty when open.</summary>
    public IReadOnlyList<StartupWait> Waiting => IsOpen ? [] : _waiting;

    /// <summary>Returns when the gate is open.</summary>
    /// <exception cref="OperationCanceledException">It didn't open before the token was cancelled.</exception>
    /// <exception cref="InvalidSettingsException">It never will: a setting is wrong.</exception>
    public Task WaitAsync(CancellationToken cancellationToken) => _opened.Task.WaitAsync(cancellationToken);

    /// <summary>Whether all startup tasks have succeeded, so that calls can be answered.</summary>
    internal bool Answers => _answers;

    internal void Answer() => _answers = true;

    internal void Wait(IReadOnlyList<StartupWait> waiting) => _waiting = waiting;

    internal void Open() => _opened.TrySetResult();

    /// <summary>The process can't become ready with the settings that it has.</summary>
    internal void Fail(InvalidSettingsException problem) => _opened.TrySetException(problem);

    /// <exception cref="InvalidSettingsException">The process could not become ready with the settings that it has.</exception>
    internal void ThrowIfFailed()
    {
        if (_opened.Task.IsFaulted)
        {
            _opened.Task.GetAwaiter().GetResult();
        }
    }
}
