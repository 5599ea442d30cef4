using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace RecSys.Serving.Tests;

/// <summary>What one host counts of its exposures.</summary>
internal sealed class ExposureCounters : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _published;
    private long _dropped;

    public ExposureCounters(IServiceProvider host)
    {
        var meters = host.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name.StartsWith("recsys.exposures.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, _, _) =>
            Interlocked.Add(ref instrument.Name == "recsys.exposures.dropped" ? ref _dropped : ref _published, count));
        _listener.Start();
    }

    /// <summary>Exposures that the bus has taken since then.</summary>
    public long Published => Volatile.Read(ref _published);

    /// <summary>Exposures that were dropped since then.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    public void Dispose() => _listener.Dispose();
}
