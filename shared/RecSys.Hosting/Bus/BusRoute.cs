namespace RecSys.Hosting.Bus;

/// <summary>Where a message goes.</summary>
/// <param name="Exchange">The durable fanout exchange.</param>
/// <param name="Queues">
/// The shared queues that must exist before the first message is published: a broker confirms and drops what no queue wants,
/// and the service that consumes a queue may never have run yet.
/// </param>
internal sealed record BusRoute(string Exchange, IReadOnlyList<BusQueue> Queues);
