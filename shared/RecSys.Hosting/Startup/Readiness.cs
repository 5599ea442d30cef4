using Grpc.AspNetCore.HealthChecks;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Security;

namespace RecSys.Hosting.Startup;

/// <summary>
/// What clients and probes hear of the state of the process: grpc.health.v1 for the process (the empty name) and for each mapped
/// service, which become ready together; <c>/healthz</c>, 200 as long as the process can answer at all; <c>/readyz</c>, 200 when
/// it serves, otherwise 503 with what it waits for. Any other call is refused until the startup tasks are done.
/// </summary>
internal sealed class Readiness(
    StartupGate gate, IHostApplicationLifetime lifetime, HealthServiceImpl watched, IOptions<GrpcHealthChecksOptions> options)
    : IHealthCheck
{
    private const string Name = "recsys";

    private static readonly object AnswersBeforeReady = new();

    private bool IsStopping => lifetime.ApplicationStopping.IsCancellationRequested;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(gate.IsOpen && !IsStopping ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());

    /// <param name="services">The host's.</param>
    /// <param name="mapped">What is mapped when the host starts.</param>
    public static void Add(IServiceCollection services, Func<IEnumerable<EndpointDataSource>> mapped)
    {
        services.AddSingleton<StartupGate>();
        services.AddSingleton<Readiness>();
        services.AddGrpcHealthChecks().AddCheck<Readiness>(Name);
        services.Configure<GrpcHealthChecksOptions>(health =>
        {
            health.Services.Clear();
            foreach (var service in GrpcRequests.ServicesOf(mapped()).Append(""))
            {
                // Libraries add checks of their own: a broker that is away doesn't make the process unready.
                health.Services.Map(service, check => check.Name == Name);
            }
        });
        services.Configure<HealthCheckPublisherOptions>(publisher => publisher.Predicate = check => check.Name == Name);
    }

    public static void Map(WebApplication app)
    {
        app.MapGrpcHealthChecksService().WithMetadata(AnswersBeforeReady).AllowAnonymous();
        app.MapGrpcReflectionService().WithMetadata(AnswersBeforeReady).RequireAnyToken();
        app.MapGet("/healthz", (ServiceDefaults defaults) => Results.Json(new { status = "alive", service = defaults.Name }))
            .WithMetadata(AnswersBeforeReady).AllowAnonymous();
        app.MapGet("/readyz", (ServiceDefaults defaults, Readiness readiness) => readiness.Describe(defaults.Name))
            .WithMetadata(AnswersBeforeReady).AllowAnonymous();
    }

    /// <summary>Opens the gate. Whoever watches hears of it now, not when the checks are looked at the next time.</summary>
    public void Open()
    {
        gate.Open();
        foreach (var service in options.Value.Services)
        {
            watched.SetStatus(service.Name, HealthCheckResponse.Types.ServingStatus.Serving);
        }
    }

    /// <summary>Refuses what can't be answered yet, and says for what the process waits.</summary>
    public static Task FilterAsync(HttpContext context, RequestDelegate next)
    {
        var gate = context.RequestServices.GetRequiredService<StartupGate>();
        if (gate.Answers || context.GetEndpoint() is not { } endpoint || endpoint.Metadata.Contains(AnswersBeforeReady))
        {
            return next(context);
        }

        var name = context.RequestServices.GetRequiredService<ServiceDefaults>().Name;
        var waitsFor = gate.Waiting.Count > 0 ? $"waits for {gate.Waiting[0].WaitsFor}" : "is starting";
        return GrpcRequests.RefuseAsync(
            context, RecSysException.Unavailable("STARTING", $"The {name} service {waitsFor}. Call again.", TimeSpan.FromSeconds(1)));
    }

    private IResult Describe(string service)
    {
        var status = IsStopping ? "stopping" : gate.IsOpen ? "ready" : "starting";
        return Results.Json(
            new { status, service, waitingFor = gate.Waiting },
            statusCode: status == "ready" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
