using Microsoft.Extensions.Logging;

namespace RecSys.Hosting.Bus;

/// <summary>Every log message of the bus. Event ids 1100 to 1199.</summary>
internal static partial class BusLog
{
    [LoggerMessage(1100, LogLevel.Information, "Connected to {Broker}")]
    public static partial void Connected(ILogger logger, string broker);

    [LoggerMessage(1101, LogLevel.Warning, "Lost {Broker}: {Reason}. Trying again until it is back")]
    public static partial void Lost(ILogger logger, string broker, string reason);

    [LoggerMessage(1110, LogLevel.Warning, "Consuming from {Queue} failed (attempt {Attempt}); the messages are kept and tried again in {Pause:0.##} s")]
    public static partial void ConsumerFailed(ILogger logger, string queue, int attempt, double pause, Exception exception);

    [LoggerMessage(1111, LogLevel.Information, "Consuming from {Queue} works again (attempt {Attempt})")]
    public static partial void ConsumedAgain(ILogger logger, string queue, int attempt);

    [LoggerMessage(1112, LogLevel.Warning, "Rejected a message of {Length} bytes from {Queue}: {Reason}")]
    public static partial void Rejected(ILogger logger, string queue, long length, string reason);

    [LoggerMessage(1113, LogLevel.Error, "Dropped a message of {Length} bytes from {Queue}: {Reason}")]
    public static partial void Dropped(ILogger logger, string queue, long length, string reason);

    [LoggerMessage(1115, LogLevel.Error, "A rejected message from {Queue} could not be kept, it goes to the queue of rejected messages: {Reason}")]
    public static partial void NotKept(ILogger logger, string queue, string reason, Exception exception);

    [LoggerMessage(1114, LogLevel.Debug, "The failure behind a rejected message from {Queue}")]
    public static partial void RejectedDetails(ILogger logger, string queue, Exception exception);
}
