using Grpc.Core;
using Grpc.Core.Interceptors;

namespace RecSys.Hosting.Errors;

/// <summary>
/// The one place where a failure of a method becomes a gRPC status. <see cref="RecSysException"/> goes out with its
/// details; errors of services behind this one are passed on when they were meant for callers; anything else is a defect:
/// logged, and INTERNAL to the caller without a word about its insides.
/// </summary>
internal sealed class ErrorInterceptor(ErrorTranslator translator) : Interceptor
{
    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        MarkRead(context);
        try
        {
            return await continuation(request, context);
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    /// <inheritdoc/>
    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(new RequestStream<TRequest>(requestStream, translator), context);
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        MarkRead(context);
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    /// <inheritdoc/>
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(new RequestStream<TRequest>(requestStream, translator), responseStream, context);
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    private static void MarkRead(ServerCallContext context)
    {
        if (context.GetHttpContext().Features.Get<RequestReadFeature>() is { } read)
        {
            read.IsRead = true;
        }
    }

    private RpcException Translate(Exception exception, ServerCallContext context)
    {
        // A handler that broke because the caller stopped waiting isn't at fault.
        var error = context.CancellationToken.IsCancellationRequested && exception is not RecSysException
            ? Ended(context)
            : translator.Translate(exception, context.Method);
        return error.ToRpcException();
    }

    private static RecSysException Ended(ServerCallContext context) => context.Deadline <= DateTime.UtcNow
        ? RecSysException.DeadlineExceeded("DEADLINE_EXCEEDED", "The call's deadline passed before the answer was ready.")
        : RecSysException.Cancelled("CANCELLED", "The caller cancelled the call.");
}
