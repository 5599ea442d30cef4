using System.Diagnostics.Metrics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Options;
using RecSys.Data;
using RecSys.Hosting.Endpoints;

namespace RecSys.Hosting.Errors;

/// <summary>The one place where a failure of a gRPC method becomes a status; what the caller hears is up to <see cref="ErrorTranslator"/>.</summary>
internal sealed class ErrorInterceptor(ErrorTranslator translator) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, () => continuation(new RequestStream<TRequest>(requestStream, translator), context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, () => Answered(continuation(request, responseStream, context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, () => Answered(continuation(new RequestStream<TRequest>(requestStream, translator), responseStream, context)));

    private async Task<T> GuardAsync<T>(ServerCallContext context, Func<Task<T>> handle)
    {
        try
        {
            return await handle();
        }
        catch (Exception exception)
        {
            // A handler that broke because the caller stopped waiting isn't at fault.
            var hasGone = context.CancellationToken.IsCancellationRequested && exception is not RecSysException;
            var error = !hasGone ? translator.Translate(exception, context.Method)
                : context.Deadline <= DateTime.UtcNow
                    ? new(StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED", "The call's deadline passed before the answer was ready.")
                    : new RecSysException(StatusCode.Cancelled, "CANCELLED", "The caller cancelled the call.");
            throw error.ToRpcException();
        }
    }

    private static async Task<bool> Answered(Task answer)
    {
        await answer;
        return true;
    }

    /// <summary>The requests of a stream; one that can't be taken is the caller's fault, not the method's that reads it.</summary>
    private sealed class RequestStream<T>(IAsyncStreamReader<T> requests, ErrorTranslator translator) : IAsyncStreamReader<T>
    {
        public T Current => requests.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            try
            {
                return await requests.MoveNext(cancellationToken);
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.ResourceExhausted)
            {
                throw translator.MessageTooLarge();
            }
            catch (InvalidProtocolBufferException)
            {
                throw ErrorTranslator.MalformedMessage();
            }
        }
    }
}

/// <summary>Decides what a caller hears of a failure, whatever the protocol, and what goes to the log and the counter of errors.</summary>
internal sealed class ErrorTranslator(
    IOptions<EndpointsOptions> endpoints, IHostApplicationLifetime lifetime, IMeterFactory meters, ILogger<ErrorTranslator> logger)
{
    private static readonly TimeSpan ShortDelay = TimeSpan.FromSeconds(1);

    private readonly Counter<long> _errors = meters.Create("RecSys.Hosting").CreateCounter<long>(
        "recsys.errors", unit: "{error}", description: "Calls and requests answered with an error, by code and reason.");

    /// <summary>
    /// A <see cref="RecSysException"/> is what it is, an error of a service behind this one is passed on when it was meant for
    /// callers, and anything else is a defect: logged, and INTERNAL to the caller without a word about its insides.
    /// </summary>
    /// <param name="exception">What the handler threw.</param>
    /// <param name="operation">The method or path that was called.</param>
    public RecSysException Translate(Exception exception, string operation)
    {
        var error = exception switch
        {
            RecSysException own => own,
            RpcException { StatusCode: StatusCode.NotFound } when operation == "/grpc.health.v1.Health/Check" =>
                RecSysException.NotFound("SERVICE_UNKNOWN", "There is no service of that name here. Reflection lists those that are."),
            RpcException behind => behind.ReadError() is { } read ? read.Code == StatusCode.Internal ? null : read : behind.StatusCode switch
            {
                StatusCode.Unavailable => RecSysException.Unavailable(
                    "DOWNSTREAM_UNAVAILABLE", "A service behind this one can't be reached. Call again.", ShortDelay, behind),
                StatusCode.DeadlineExceeded => new(
                    StatusCode.DeadlineExceeded, "DOWNSTREAM_DEADLINE_EXCEEDED", "A service behind this one didn't answer in time."),
                _ => null,
            },
            DatabaseUnavailableException database => RecSysException.Unavailable(database),
            OperationCanceledException when lifetime.ApplicationStopping.IsCancellationRequested =>
                RecSysException.Unavailable("SHUTTING_DOWN", "The service is shutting down. Call again.", ShortDelay),
            _ => null,
        };
        if (error is null)
        {
            HostingLog.CallFailed(logger, operation, exception);
            error = new(StatusCode.Internal, "INTERNAL", "Something went wrong inside the service; its log has the details.", exception);
        }
        else
        {
            HostingLog.CallRefused(logger, operation, error.Code.Name(), error.Reason, error.Message, exception.InnerException);
        }

        _errors.Add(1, new("code", error.Code.Name()), new("reason", error.Reason));
        return error;
    }

    /// <summary>A message above the limit, which the runtime refuses without saying what the limit is.</summary>
    public RecSysException MessageTooLarge() => RecSysException.ResourceExhausted(
        "MESSAGE_TOO_LARGE",
        $"A message is larger than this service takes, {endpoints.Value.MaxMessageBytes} bytes. Send less at once, or raise Endpoints:MaxMessageBytes.");

    /// <summary>A request whose bytes aren't the message that the method takes.</summary>
    public static RecSysException MalformedMessage() => new(
        StatusCode.InvalidArgument,
        "MALFORMED_MESSAGE",
        "The request isn't a valid protobuf message of this method, or a text in it isn't UTF-8. Compare the client's contracts with the service's.");
}
