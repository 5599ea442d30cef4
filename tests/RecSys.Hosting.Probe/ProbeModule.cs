using RecSys.Data;
using RecSys.Hosting.Probe.V1;
using RecSys.Hosting.Security;
using RecSys.Hosting.Settings;

namespace RecSys.Hosting.Probe;

/// <summary>A service that exists for the tests of the host: as small as a service can be, built like the real ones.</summary>
internal static class ProbeModule
{
    public static WebApplicationBuilder AddProbe(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<ProbeOptions>("Probe");
        builder.Services.AddSingleton<ProbeBehaviours>();
        return builder;
    }

    public static WebApplication MapProbe(this WebApplication app)
    {
        app.Services.GetRequiredService<ProbeBehaviours>().Set("wait", async (request, context) =>
        {
            Console.WriteLine("probe: waiting");
            await Task.Delay(request.Number, context.CancellationToken);
            return new ProbeResponse { Text = "waited" };
        });
        app.MapGrpcService<ProbeGrpcService>()
            .RequireScope(TokenScopes.Read, nameof(ProbeGrpcService.Unary), nameof(ProbeGrpcService.Count))
            .RequireScope(TokenScopes.Submit, nameof(ProbeGrpcService.Collect));
        app.MapGet("/options", (Microsoft.Extensions.Options.IOptions<ProbeOptions> options) => options.Value).RequireScope(TokenScopes.Read);
        return app;
    }
}
