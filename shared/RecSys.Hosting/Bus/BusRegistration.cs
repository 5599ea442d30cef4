namespace RecSys.Hosting.Bus;

/// <summary>A consumer that a module wants on the bus.</summary>
internal sealed record BusRegistration(BusQueue Queue, Type MessageType, Type ConsumerType, bool IsBatch);
