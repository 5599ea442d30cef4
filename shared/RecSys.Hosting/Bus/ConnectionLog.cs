using MassTransit;
using Microsoft.Extensions.Logging;

namespace RecSys.Hosting.Bus;

/// <summary>Says once that the broker is lost and once that it is back, however many queues and attempts there are.</summary>
internal sealed class ConnectionLog(string broker, ILogger logger) : IReceiveEndpointObserver
{
    private volatile string? _problem;
    private volatile bool _hasStarted;
    private int _isLost;

    /// <summary>Why the last attempt to connect failed; null when none has.</summary>
    public string? Problem => _problem;

    /// <summary>The bus has started with all its queues; until then the readiness of the process tells what is missing.</summary>
    public void Started()
    {
        _hasStarted = true;
        BusLog.Connected(logger, broker);
    }

    public Task Ready(ReceiveEndpointReady ready)
    {
        if (_hasStarted && Interlocked.Exchange(ref _isLost, 0) == 1)
        {
            BusLog.Connected(logger, broker);
        }

        return Task.CompletedTask;
    }

    public Task Faulted(ReceiveEndpointFaulted faulted)
    {
        var problem = faulted.Exception?.GetBaseException().Message.ReplaceLineEndings(" ") ?? "no reason given";
        _problem = problem;
        if (_hasStarted && Interlocked.Exchange(ref _isLost, 1) == 0)
        {
            BusLog.Lost(logger, broker, problem);
        }

        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;
}
