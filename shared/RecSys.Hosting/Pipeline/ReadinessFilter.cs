using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;
using RecSys.Hosting.Errors;
using RecSys.Hosting.HealthChecks;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Pipeline;

/// <summary>Refuses calls while startup tasks wait, and says for what; health and reflection answer.</summary>
internal sealed class ReadinessFilter(RequestDelegate next, StartupGate gate, ServiceDefaults defaults)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (gate.Answers || context.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<AnswersBeforeReady>() is not null)
        {
            return next(context);
        }

        var waitsFor = gate.Waiting.Count > 0 ? $"waits for {gate.Waiting[0].WaitsFor}" : "is starting";
        var error = RecSysException.Unavailable("STARTING", $"The {defaults.Name} service {waitsFor}. Call again.", TimeSpan.FromSeconds(1));
        if (endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is null)
        {
            throw error;
        }

        GrpcRequests.Refuse(context.Response, error);
        return Task.CompletedTask;
    }
}
