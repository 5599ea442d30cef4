using Microsoft.Extensions.Options;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ranker.V1;
using RecSys.Data;
using RecSys.Hosting;
using RecSys.Hosting.ActiveModels;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Clients;
using RecSys.Hosting.Security;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Startup;
using RecSys.Serving.Grpc;
using RecSys.Serving.Histories;
using RecSys.Serving.Lists;
using RecSys.Serving.Slates;

namespace RecSys.Serving;

/// <summary>Answers clients: slates with reasons, similar and popular tracks, histories.</summary>
public static class ServingModule
{
    /// <summary>Registers serving: its gRPC service, and the consumers that hear of listens and of new model versions.</summary>
    public static WebApplicationBuilder AddServing(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<ServingOptions>(ServingOptions.SectionName);
        builder.AddServiceClient<CandidateService.CandidateServiceClient>(services => services.Candidate);
        builder.AddServiceClient<RankerService.RankerServiceClient>(services => services.Ranker);
        services.AddSingleton<Downstream>();
        builder.AddActiveModel<ServedVersion, ServedVersionLoader>(
            "serving.models", provider => provider.GetRequiredService<IOptions<ServingOptions>>().Value.ModelPollInterval);

        builder.AddKnownDeletions();
        services.AddSingleton<LiveHistories>();
        services.AddSingleton<TrackCatalogue>();
        services.AddStartupTask<CatalogueTask>();
        services.AddSingleton<SlateComposer>();
        services.AddSingleton<StoredSlates>();
        services.AddWarmUp<SlateWarmUp>();
        services.AddSingleton<ExposureRecorder>();
        services.AddHostedService(provider => provider.GetRequiredService<ExposureRecorder>());
        services.AddSingleton<SimilarTrackList>();
        services.AddSingleton<PopularPages>();
        services.AddSingleton<HistoryPages>();

        builder.AddBusConsumer<ListenConsumer, ListenBatch>(BusQueue.PerInstance("serving.listens"));
        return builder;
    }

    /// <summary>Maps serving's endpoints.</summary>
    public static WebApplication MapServing(this WebApplication app)
    {
        app.MapGrpcService<ServingGrpcService>().RequireScope(
            TokenScopes.Read,
            nameof(ServingGrpcService.Recommend),
            nameof(ServingGrpcService.SimilarTracks),
            nameof(ServingGrpcService.Popular),
            nameof(ServingGrpcService.GetHistory));
        return app;
    }
}
