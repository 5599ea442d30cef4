using Microsoft.Extensions.Options;
using RecSys.Candidate.Consumers;
using RecSys.Candidate.Grpc;
using RecSys.Candidate.Models;
using RecSys.Candidate.Retrieval;
using RecSys.Candidate.Startup;
using RecSys.Contracts.Events.V1;
using RecSys.Data;
using RecSys.Data.Models;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Startup;

namespace RecSys.Candidate;

/// <summary>Retrieves candidates from the active model version, which it holds in memory.</summary>
public static class CandidateModule
{
    /// <summary>Registers the candidate service: its gRPC service and the consumer that hears of new model versions.</summary>
    public static WebApplicationBuilder AddCandidate(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<CandidateOptions>(CandidateOptions.SectionName);
        services.AddSettings<DatabaseOptions>(DatabaseOptions.SectionName);
        services.AddRecSysData(builder.Configuration);
        services.AddSingleton<IModelLoader<CandidateModel>, CandidateModelLoader>();
        services.AddModelFollower<CandidateModel>(provider => provider.GetRequiredService<IOptions<CandidateOptions>>().Value.ModelPollInterval);
        services.AddStartupTask<ActiveModelTask>();
        services.AddSingleton<LoadedModels>();
        services.AddSingleton<CandidateRetriever>();
        builder.AddBusConsumer<ModelPublishedConsumer, ModelPublished>(BusQueue.PerInstance("candidate.models"));
        return builder;
    }

    /// <summary>Maps the candidate service's endpoints.</summary>
    public static WebApplication MapCandidate(this WebApplication app)
    {
        app.MapGrpcService<CandidateGrpcService>();
        return app;
    }
}
