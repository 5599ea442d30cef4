using MassTransit;

namespace RecSys.Hosting.Bus;

/// <summary>Names the exchange of a message type.</summary>
internal sealed class BusEntityNames(IEntityNameFormatter others) : IEntityNameFormatter
{
    public string FormatEntityName<T>() =>
        BusTopology.Routes.TryGetValue(typeof(T), out var route) ? route.Exchange : others.FormatEntityName<T>();
}
