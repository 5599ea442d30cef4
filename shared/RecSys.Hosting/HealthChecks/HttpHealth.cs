using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.HealthChecks;

/// <summary>
/// <c>GET /healthz</c>: 200 as long as the process can answer at all. <c>GET /readyz</c>: 200 when it serves, otherwise
/// 503 with what it waits for.
/// </summary>
internal static class HttpHealth
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", (ServiceDefaults defaults) => Results.Json(new { status = "alive", service = defaults.Name }))
            .WithMetadata(AnswersBeforeReady.Instance);
        app.MapGet("/readyz", Ready).WithMetadata(AnswersBeforeReady.Instance);
    }

    private static IResult Ready(ServiceDefaults defaults, ServingState state, StartupGate gate) => Results.Json(
        new
        {
            status = state.IsServing ? "ready" : state.IsStopping ? "stopping" : "starting",
            service = defaults.Name,
            waitingFor = gate.Waiting.Select(wait => new { task = wait.Task, waitsFor = wait.WaitsFor, reason = wait.Reason, attempts = wait.Attempts }),
        },
        statusCode: state.IsServing ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
}
