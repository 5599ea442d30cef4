using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Reflection;

namespace RecSys.Hosting.Pipeline;

/// <summary>
/// gRPC methods answer on the gRPC endpoint only, everything else on the HTTP endpoint only, whichever protocol a client
/// manages to speak. Over a transport without endpoints (an in-memory test server) everything answers.
/// </summary>
internal sealed class EndpointSeparation(RequestDelegate next, MappedServices services)
{
    public Task InvokeAsync(HttpContext context)
    {
        var isMethod = context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is not null;
        switch (context.Features.Get<EndpointKindFeature>()?.Kind)
        {
            case EndpointKind.Grpc when !isMethod:
                return RefuseUnknownMethod(context);
            case EndpointKind.Http when isMethod:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return context.Response.WriteAsync("gRPC is served on the gRPC endpoint (Endpoints:Grpc) only.\n");
            default:
                return next(context);
        }
    }

    private Task RefuseUnknownMethod(HttpContext context)
    {
        if (!GrpcRequests.IsGrpc(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return context.Response.WriteAsync("Only gRPC is served here; HTTP is on the HTTP endpoint (Endpoints:Http).\n");
        }

        var path = context.Request.Path.Value ?? "";
        var service = path.Trim('/').Split('/')[0];
        var message = services.ByName.ContainsKey(service)
            ? $"Service {service} has no method {path[(path.LastIndexOf('/') + 1)..]}."
            : $"There is no service '{service}' here. Reflection lists those that are.";
        GrpcRequests.Refuse(context.Response, StatusCode.Unimplemented, message);
        return Task.CompletedTask;
    }
}
