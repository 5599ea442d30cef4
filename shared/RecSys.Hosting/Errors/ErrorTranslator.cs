using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Telemetry;

namespace RecSys.Hosting.Errors;

/// <summary>Decides what a caller hears of a failure, whatever the protocol, and what goes to the log.</summary>
internal sealed class ErrorTranslator(
    IOptions<EndpointsOptions> endpoints, IHostApplicationLifetime lifetime, HostingMetrics metrics, ILogger<ErrorTranslator> logger)
{
    private static readonly TimeSpan ShortDelay = TimeSpan.FromSeconds(1);

    /// <summary>Turns any exception into the error for the caller, logs and counts it.</summary>
    /// <param name="exception">What the handler threw.</param>
    /// <param name="operation">The method or path that was called.</param>
    public RecSysException Translate(Exception exception, string operation)
    {
        var error = exception switch
        {
            RecSysException own => own,
            RpcException downstream => FromDownstream(downstream),
            OperationCanceledException when lifetime.ApplicationStopping.IsCancellationRequested =>
                RecSysException.Unavailable("SHUTTING_DOWN", "The service is shutting down. Call again.", ShortDelay),
            _ => null,
        };
        if (error is null)
        {
            HostingLog.CallFailed(logger, operation, exception);
            error = RecSysException.Internal(exception);
        }
        else
        {
            HostingLog.CallRefused(logger, operation, error.Code, error.Reason, error.Message, exception.InnerException);
        }

        metrics.CountError(error);
        return error;
    }

    /// <summary>A message above the limit, which the runtime refuses without saying what the limit is.</summary>
    public RecSysException MessageTooLarge() => RecSysException.ResourceExhausted(
        "MESSAGE_TOO_LARGE",
        $"A message is larger than this service takes, {endpoints.Value.MaxMessageBytes} bytes. Send less at once, or raise Endpoints:MaxMessageBytes.");

    /// <summary>A request whose bytes aren't the message that the method takes.</summary>
    public static RecSysException MalformedMessage() => RecSysException.MalformedMessage(
        "The request isn't a valid protobuf message of this method, or a text in it isn't UTF-8. Compare the client's contracts with the service's.");

    /// <summary>What the caller may hear of a failed downstream call; null when that failure is a defect of ours.</summary>
    private RecSysException? FromDownstream(RpcException exception) => exception.ReadError() switch
    {
        { Code: not StatusCode.Internal } error => error,
        null => exception.StatusCode switch
        {
            StatusCode.Unavailable =>
                RecSysException.Unavailable("DOWNSTREAM_UNAVAILABLE", "A service behind this one can't be reached. Call again.", ShortDelay, exception),
            StatusCode.DeadlineExceeded =>
                RecSysException.DeadlineExceeded("DOWNSTREAM_DEADLINE_EXCEEDED", "A service behind this one didn't answer in time."),
            _ => null,
        },
        _ => null,
    };
}
