using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;

namespace RecSys.Hosting.Clients;

/// <summary>
/// Passes the deadline and the cancellation of the call being served on to the calls made for it. The sooner of two
/// deadlines counts, and either cancellation. Calls outside of any request go out as they are.
/// </summary>
internal sealed class CallPropagation(IHttpContextAccessor accessor) : Interceptor
{
    /// <inheritdoc/>
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var linked = Link(ref context);
        try
        {
            return continuation(request, context);
        }
        finally
        {
            linked?.Dispose();
        }
    }

    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var linked = Link(ref context);
        var call = continuation(request, context);
        if (linked is null)
        {
            return call;
        }

        return new(
            DisposeAfter(call.ResponseAsync, linked), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var linked = Link(ref context);
        var call = continuation(request, context);
        return linked is null
            ? call
            : new(call.ResponseStream, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, Both(call.Dispose, linked));
    }

    /// <inheritdoc/>
    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var linked = Link(ref context);
        var call = continuation(context);
        return linked is null
            ? call
            : new(
                call.RequestStream,
                DisposeAfter(call.ResponseAsync, linked),
                call.ResponseHeadersAsync,
                call.GetStatus,
                call.GetTrailers,
                call.Dispose);
    }

    /// <inheritdoc/>
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var linked = Link(ref context);
        var call = continuation(context);
        return linked is null
            ? call
            : new(
                call.RequestStream,
                call.ResponseStream,
                call.ResponseHeadersAsync,
                call.GetStatus,
                call.GetTrailers,
                Both(call.Dispose, linked));
    }

    /// <summary>Returns what must be disposed of after the call; null when no two cancellations had to be joined.</summary>
    private CancellationTokenSource? Link<TRequest, TResponse>(ref ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class
        where TResponse : class
    {
        if (accessor.HttpContext is not { } http)
        {
            return null;
        }

        var options = context.Options;
        var incoming = http.RequestAborted;
        if (http.Features.Get<IServerCallContextFeature>()?.ServerCallContext is { } call)
        {
            incoming = call.CancellationToken;
            if (call.Deadline != DateTime.MaxValue && !(options.Deadline <= call.Deadline))
            {
                options = options.WithDeadline(call.Deadline);
            }
        }

        CancellationTokenSource? linked = null;
        if (!options.CancellationToken.CanBeCanceled)
        {
            options = options.WithCancellationToken(incoming);
        }
        else if (incoming.CanBeCanceled && incoming != options.CancellationToken)
        {
            linked = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken, incoming);
            options = options.WithCancellationToken(linked.Token);
        }

        context = new(context.Method, context.Host, options);
        return linked;
    }

    private static async Task<TResponse> DisposeAfter<TResponse>(Task<TResponse> response, CancellationTokenSource linked)
    {
        using (linked)
        {
            return await response;
        }
    }

    private static Action Both(Action dispose, CancellationTokenSource linked) => () =>
    {
        dispose();
        linked.Dispose();
    };
}
