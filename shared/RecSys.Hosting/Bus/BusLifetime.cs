namespace RecSys.Hosting.Bus;

/// <summary>Tells consumers that wait for a store with messages in hand that the bus stops.</summary>
internal sealed class BusLifetime : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    public CancellationToken Stopping => _stopping.Token;

    public Task StopAsync() => _stopping.CancelAsync();

    public void Dispose() => _stopping.Dispose();
}
