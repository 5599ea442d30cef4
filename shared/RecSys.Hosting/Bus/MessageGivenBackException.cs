namespace RecSys.Hosting.Bus;

/// <summary>
/// A message goes back to its queue unconsumed, because the bus stops or the connection is lost. Not a cancellation, which
/// MassTransit would replace by a failure of the consumer.
/// </summary>
internal sealed class MessageGivenBackException() : Exception("The message goes back to its queue.");
