using RecSys.Hosting.Errors;

namespace RecSys.Hosting.Bus;

/// <summary>Errors of the bus that callers hear of.</summary>
internal static class BusErrors
{
    public const string UnavailableReason = "BUS_UNAVAILABLE";

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    /// <summary>A message was not taken; sending it again does no harm.</summary>
    public static RecSysException Unavailable(string message, Exception? innerException = null) =>
        RecSysException.Unavailable(UnavailableReason, message, RetryDelay, innerException);
}
