using MassTransit;
using Microsoft.Extensions.Logging;

namespace RecSys.Hosting.Bus;

/// <summary>Says once that the broker is lost and once that it is back, however many queues and attempts there are.</summary>
internal sealed class ConnectionLog(string broker, ILogger logger) : IReceiveEndpointObserver
{
    private int _isLost;

    public Task Ready(ReceiveEndpointReady ready)
    {
        if (Interlocked.Exchange(ref _isLost, 0) == 1)
        {
            BusLog.Connected(logger, broker);
        }

        return Task.CompletedTask;
    }

    public Task Faulted(ReceiveEndpointFaulted faulted)
    {
        if (Interlocked.Exchange(ref _isLost, 1) == 0)
        {
            BusLog.Lost(logger, broker, faulted.Exception?.GetBaseException().Message.ReplaceLineEndings(" ") ?? "no reason given");
        }

        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;
}
