namespace RecSys.Hosting.Bus;

/// <summary>A message's consumer fails on it whenever it is tried, while nothing that it needs is away.</summary>
internal sealed class PoisonMessageException(Exception innerException)
    : Exception($"{innerException.GetType().Name}: {innerException.Message}", innerException);
