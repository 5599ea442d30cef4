using System.Globalization;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting.Pipeline;

/// <summary>
/// Limits of gRPC calls: none on a stream's length (the server's limit on bodies would end it), a deadline for unary calls
/// whose client set none, and a refusal that says what is wrong with a request that can't be read.
/// </summary>
internal sealed class GrpcLimits(RequestDelegate next, IOptions<EndpointsOptions> options, ErrorTranslator translator)
{
    private static readonly string Exhausted = ((int)StatusCode.ResourceExhausted).ToString(CultureInfo.InvariantCulture);
    private static readonly string Unknown = ((int)StatusCode.Unknown).ToString(CultureInfo.InvariantCulture);

    /// <summary>gRPC's unit for milliseconds.</summary>
    private readonly string _defaultTimeout =
        ((long)options.Value.DefaultDeadline.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) + "m";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is not { } method)
        {
            return next(context);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bodySize)
        {
            bodySize.MaxRequestBodySize = null;
        }

        switch (method.Method.Type)
        {
            case MethodType.Unary:
                // The runtime keeps this deadline as if the client had set it.
                context.Request.Headers.TryAdd(GrpcRequests.TimeoutHeader, _defaultTimeout);
                return InvokeWithOneRequestAsync(context);
            case MethodType.ServerStreaming:
                return InvokeWithOneRequestAsync(context);
            default:
                return next(context);
        }
    }

    /// <summary>The runtime reads a single request before any interceptor; its refusals have no details and hardly a message.</summary>
    private async Task InvokeWithOneRequestAsync(HttpContext context)
    {
        var read = new RequestReadFeature();
        context.Features.Set(read);
        await next(context);
        if (read.IsRead || context.Response.HasStarted)
        {
            return;
        }

        var status = context.Response.Headers[GrpcRequests.StatusHeader];
        if (status == Exhausted)
        {
            GrpcRequests.Refuse(context.Response, translator.MessageTooLarge());
        }
        else if (status == Unknown)
        {
            GrpcRequests.Refuse(context.Response, ErrorTranslator.MalformedMessage());
        }
    }
}
