using Microsoft.Extensions.Options;
using RecSys.Contracts.Events.V1;
using RecSys.Data;
using RecSys.Data.Models;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Startup;
using RecSys.Ranker.Consumers;
using RecSys.Ranker.Grpc;
using RecSys.Ranker.Models;
using RecSys.Ranker.Startup;

namespace RecSys.Ranker;

/// <summary>Orders candidates.</summary>
public static class RankerModule
{
    /// <summary>Registers the ranker: its gRPC service and the consumer that hears of new model versions.</summary>
    public static WebApplicationBuilder AddRanker(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<RankerOptions>(RankerOptions.SectionName);
        services.AddSettings<DatabaseOptions>(DatabaseOptions.SectionName);
        services.AddRecSysData(builder.Configuration);
        services.AddSingleton<IModelLoader<RankerModel>, RankerModelLoader>();
        services.AddModelFollower<RankerModel>(provider => provider.GetRequiredService<IOptions<RankerOptions>>().Value.ModelPollInterval);
        services.AddStartupTask<ActiveModelTask>();
        builder.AddBusConsumer<ModelPublishedConsumer, ModelPublished>(BusQueue.PerInstance("ranker.models"));
        return builder;
    }

    /// <summary>Maps the ranker's endpoints.</summary>
    public static WebApplication MapRanker(this WebApplication app)
    {
        app.MapGrpcService<RankerGrpcService>();
        return app;
    }
}
