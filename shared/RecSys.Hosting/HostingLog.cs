namespace RecSys.Hosting;

/// <summary>Every log message of this project. Event ids 1000 to 1199, the bus's from 1100.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1000, LogLevel.Information, "{Service} listens: gRPC on {Grpc}, HTTP on {Http}")]
    public static partial void Listening(ILogger logger, string service, Uri grpc, Uri http);

    [LoggerMessage(1001, LogLevel.Warning, "{Setting} is {Address}: without TLS, tokens and answers can be read on their way")]
    public static partial void ListensWithoutTls(ILogger logger, string setting, string address);

    [LoggerMessage(1002, LogLevel.Information, "{Service} is ready after {Seconds:F1} s")]
    public static partial void Ready(ILogger logger, string service, double seconds);

    [LoggerMessage(1003, LogLevel.Warning, "Waiting for {WaitsFor}: {Reason} (task: {Task})")]
    public static partial void Waiting(ILogger logger, string waitsFor, string reason, string task);

    [LoggerMessage(1004, LogLevel.Debug, "Startup task {Task} failed")]
    public static partial void WaitingDetails(ILogger logger, string task, Exception exception);

    [LoggerMessage(1005, LogLevel.Debug, "Startup task {Task} is done")]
    public static partial void StartupTaskDone(ILogger logger, string task);

    [LoggerMessage(1006, LogLevel.Information, "{Service} stops: takes calls for {Delay} s more, then waits up to {Drain} s for those in progress")]
    public static partial void Stopping(ILogger logger, string service, double delay, double drain);

    [LoggerMessage(1007, LogLevel.Information, "{Service} has stopped")]
    public static partial void Stopped(ILogger logger, string service);

    [LoggerMessage(1008, LogLevel.Debug, "{WarmUp} failed; the first calls may take longer")]
    public static partial void WarmUpFailed(ILogger logger, string warmUp, Exception exception);

    [LoggerMessage(1010, LogLevel.Error, "{Operation} failed")]
    public static partial void CallFailed(ILogger logger, string operation, Exception exception);

    [LoggerMessage(1011, LogLevel.Debug, "{Operation} answered {Code} {Reason}: {Text}")]
    public static partial void CallRefused(ILogger logger, string operation, string code, string reason, string text, Exception? cause);

    [LoggerMessage(1020, LogLevel.Information, "Traces, metrics and logs go to {Endpoint}")]
    public static partial void TelemetryExported(ILogger logger, Uri endpoint);

    [LoggerMessage(1030, LogLevel.Warning, "The active model version can't be loaded; {Version} stays in use, next try in {Seconds:0.#} s.")]
    public static partial void ModelNotLoaded(ILogger logger, string version, double seconds, Exception exception);

    [LoggerMessage(1040, LogLevel.Information, "Callers need an API token: {Why}")]
    public static partial void TokensNeeded(ILogger logger, string why);

    [LoggerMessage(1041, LogLevel.Warning, "API tokens can't be read, those that are known stay in use: {Reason}")]
    public static partial void TokensNotRead(ILogger logger, string reason, Exception exception);

    [LoggerMessage(1100, LogLevel.Information, "Connected to {Broker}")]
    public static partial void BrokerConnected(ILogger logger, string broker);

    [LoggerMessage(1101, LogLevel.Warning, "Lost {Broker}: {Reason}. Trying again until it is back")]
    public static partial void BrokerLost(ILogger logger, string broker, string reason);

    [LoggerMessage(1110, LogLevel.Warning, "Consuming from {Queue} failed (attempt {Attempt}); the messages are kept and tried again in {Pause:0.##} s")]
    public static partial void ConsumerFailed(ILogger logger, string queue, int attempt, double pause, Exception exception);

    [LoggerMessage(1111, LogLevel.Information, "Consuming from {Queue} works again (attempt {Attempt})")]
    public static partial void ConsumedAgain(ILogger logger, string queue, int attempt);

    [LoggerMessage(1112, LogLevel.Warning, "Rejected a message of {Length} bytes from {Queue}: {Reason}")]
    public static partial void MessageRejected(ILogger logger, string queue, long length, string reason);

    [LoggerMessage(1113, LogLevel.Error, "Dropped a message of {Length} bytes from {Queue}: {Reason}")]
    public static partial void MessageDropped(ILogger logger, string queue, long length, string reason);

    [LoggerMessage(1114, LogLevel.Debug, "The failure behind a rejected message from {Queue}")]
    public static partial void RejectedDetails(ILogger logger, string queue, Exception exception);
}
