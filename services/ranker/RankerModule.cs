using Microsoft.Extensions.Options;
using RecSys.Data;
using RecSys.Hosting.ActiveModels;
using RecSys.Hosting.Security;
using RecSys.Hosting.Settings;
using RecSys.Ranker.Grpc;

namespace RecSys.Ranker;

/// <summary>Orders candidates.</summary>
public static class RankerModule
{
    /// <summary>Registers the ranker: its gRPC service and the consumer that hears of new model versions.</summary>
    public static WebApplicationBuilder AddRanker(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<RankerOptions>(RankerOptions.SectionName);
        builder.AddActiveModel<RankerModel, RankerModelLoader>(
            "ranker.models", provider => provider.GetRequiredService<IOptions<RankerOptions>>().Value.ModelPollInterval);
        return builder;
    }

    /// <summary>Maps the ranker's endpoints.</summary>
    public static WebApplication MapRanker(this WebApplication app)
    {
        app.MapGrpcService<RankerGrpcService>().RequireScope(TokenScopes.Read, nameof(RankerGrpcService.Rank));
        return app;
    }
}
