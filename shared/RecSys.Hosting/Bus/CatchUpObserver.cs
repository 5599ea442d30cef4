using MassTransit;

namespace RecSys.Hosting.Bus;

/// <summary>Notices that a queue of this instance alone was gone and is there again.</summary>
internal sealed class CatchUpObserver(BusRegistration consumer, IServiceProvider services, ConsumerRetry retry) : IReceiveEndpointObserver
{
    private int _timesReady;

    public Task Ready(ReceiveEndpointReady ready)
    {
        if (Interlocked.Increment(ref _timesReady) > 1)
        {
            // Not awaited: the endpoint is to consume meanwhile.
            _ = CatchUpAsync();
        }

        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;

    private async Task CatchUpAsync()
    {
        try
        {
            await retry.RunAsync(token => consumer.CatchUpAsync(services, token), CancellationToken.None, isLastResort: true);
        }
        catch (MessageGivenBackException)
        {
            // The bus stops.
        }
    }
}
