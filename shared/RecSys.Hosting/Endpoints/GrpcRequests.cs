using System.Globalization;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting.Endpoints;

/// <summary>
/// What every request meets first. gRPC methods answer on the gRPC endpoint (HTTP/2) only and all else on the HTTP endpoint
/// (HTTP/1.1) only. Unary calls whose client set no deadline get one. The body of a single request may be as long as one message;
/// that of a stream has no limit, as its messages have.
/// </summary>
internal sealed class GrpcRequests(
    RequestDelegate next, EndpointDataSource endpoints, IOptions<EndpointsOptions> options, ErrorTranslator translator)
{
    private const string StatusHeader = "grpc-status";
    private const string DetailsHeader = "grpc-status-details-bin";
    private const int MessagePrefixBytes = 5;

    private static readonly string Exhausted = Number(StatusCode.ResourceExhausted);
    private static readonly string Unknown = Number(StatusCode.Unknown);

    private readonly long _longestBody = options.Value.MaxMessageBytes + (long)MessagePrefixBytes;
    private readonly string _defaultTimeout = FormattableString.Invariant($"{options.Value.DefaultDeadline.TotalMilliseconds:F0}m");

    public Task InvokeAsync(HttpContext context)
    {
        var method = context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method;
        return (HttpProtocol.IsHttp2(context.Request.Protocol), method) switch
        {
            (true, not null) => CallAsync(context, method.Type),
            (true, null) => RefuseUnknownAsync(context),
            (false, null) => next(context),
            (false, not null) => NotFoundAsync(context, "gRPC is served on the gRPC endpoint (Endpoints:Grpc) only.\n"),
        };
    }

    /// <summary>The names of all services that are mapped, such as <c>recsys.ingest.v1.IngestService</c>.</summary>
    public static IEnumerable<string> ServicesOf(IEnumerable<EndpointDataSource> endpoints) => endpoints
        .SelectMany(source => source.Endpoints)
        .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName)
        .OfType<string>()
        .Distinct();

    /// <summary>Answers a request that isn't let through to its endpoint, whatever its protocol.</summary>
    public static Task RefuseAsync(HttpContext context, RecSysException error)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is null)
        {
            return Task.FromException(error);
        }

        Refuse(context.Response, context.RequestServices.GetRequiredService<ErrorTranslator>().Translate(error, context.Request.Path));
        return Task.CompletedTask;
    }

    /// <summary>Ends a call with an error and no message ("trailers only": the trailers are sent as headers).</summary>
    private static void Refuse(HttpResponse response, RecSysException error)
    {
        Refuse(response, error.Code, error.Message);
        response.Headers[DetailsHeader] = Convert.ToBase64String(error.ToStatus().ToByteArray());
    }

    private static void Refuse(HttpResponse response, StatusCode code, string message)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        response.Headers[StatusHeader] = Number(code);
        response.Headers["grpc-message"] = Uri.EscapeDataString(message);
    }

    private async Task CallAsync(HttpContext context, MethodType type)
    {
        var hasOneRequest = type is MethodType.Unary or MethodType.ServerStreaming;
        if (hasOneRequest && context.Request.ContentLength > _longestBody)
        {
            Refuse(context.Response, translator.MessageTooLarge());
            return;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bodySize)
        {
            bodySize.MaxRequestBodySize = hasOneRequest ? _longestBody : null;
        }

        if (type == MethodType.Unary)
        {
            // The runtime keeps this deadline as if the client had set it.
            context.Request.Headers.TryAdd("grpc-timeout", _defaultTimeout);
        }

        await next(context);

        // The runtime reads a single request before any interceptor; its refusals have no details and hardly a message.
        var headers = context.Response.Headers;
        if (hasOneRequest && !context.Response.HasStarted && !headers.ContainsKey(DetailsHeader))
        {
            if (headers[StatusHeader] == Exhausted)
            {
                Refuse(context.Response, translator.MessageTooLarge());
            }
            else if (headers[StatusHeader] == Unknown)
            {
                Refuse(context.Response, ErrorTranslator.MalformedMessage());
            }
        }
    }

    private Task RefuseUnknownAsync(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
        {
            return NotFoundAsync(context, "Only gRPC is served here; HTTP is on the HTTP endpoint (Endpoints:Http).\n");
        }

        var path = (context.Request.Path.Value ?? "").Trim('/').Split('/');
        Refuse(context.Response, StatusCode.Unimplemented, ServicesOf([endpoints]).Contains(path[0])
            ? $"Service {path[0]} has no method {path[^1]}."
            : $"There is no service '{path[0]}' here. Reflection lists those that are.");
        return Task.CompletedTask;
    }

    private static Task NotFoundAsync(HttpContext context, string text)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync(text);
    }

    private static string Number(StatusCode code) => ((int)code).ToString(CultureInfo.InvariantCulture);
}
