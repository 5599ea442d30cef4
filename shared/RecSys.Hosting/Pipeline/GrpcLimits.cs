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
/// Limits of gRPC calls: no limit on a stream's length (the server's limit on bodies would end it), a deadline for unary
/// calls whose client set none, and a refusal that names the limit when a unary message is too large.
/// </summary>
internal sealed class GrpcLimits(RequestDelegate next, IOptions<EndpointsOptions> options, ErrorTranslator translator)
{
    /// <summary>gRPC's unit for milliseconds.</summary>
    private readonly string _defaultTimeout =
        ((long)options.Value.DefaultDeadline.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) + "m";

    private readonly string _exhausted = ((int)StatusCode.ResourceExhausted).ToString(CultureInfo.InvariantCulture);

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

        return method.Method.Type == MethodType.Unary ? InvokeUnaryAsync(context) : next(context);
    }

    private async Task InvokeUnaryAsync(HttpContext context)
    {
        // The runtime keeps this deadline as if the client had set it.
        context.Request.Headers.TryAdd(GrpcRequests.TimeoutHeader, _defaultTimeout);
        await next(context);

        // The runtime reads a unary request before any interceptor, so its refusal has no details yet.
        if (!context.Response.HasStarted
            && context.Response.Headers[GrpcRequests.StatusHeader] == _exhausted
            && !context.Response.Headers.ContainsKey(RpcErrors.DetailsTrailer))
        {
            GrpcRequests.Refuse(context.Response, translator.MessageTooLarge());
        }
    }
}
