using Microsoft.Extensions.Hosting;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.HealthChecks;

/// <summary>Serving means: the startup gate is open and the host isn't shutting down.</summary>
internal sealed class ServingState(StartupGate gate, IHostApplicationLifetime lifetime)
{
    public bool IsServing => gate.IsOpen && !IsStopping;

    public bool IsStopping => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Returns when <see cref="IsServing"/> may differ from <paramref name="isServing"/>, or the host is stopping.</summary>
    public async Task WaitForChangeAsync(bool isServing, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            await (isServing ? Task.Delay(Timeout.Infinite, either.Token) : gate.WaitAsync(either.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The host is stopping: that is the change.
        }
    }
}
