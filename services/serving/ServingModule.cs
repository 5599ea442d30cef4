using Microsoft.Extensions.Options;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ranker.V1;
using RecSys.Hosting.ActiveModels;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Clients;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Startup;
using RecSys.Serving.Catalogue;
using RecSys.Serving.Consumers;
using RecSys.Serving.Downstream;
using RecSys.Serving.Fallback;
using RecSys.Serving.Grpc;
using RecSys.Serving.Histories;
using RecSys.Serving.Lists;
using RecSys.Serving.Models;
using RecSys.Serving.Slates;
using RecSys.Serving.Startup;

namespace RecSys.Serving;

/// <summary>Answers clients: slates with reasons, similar and popular tracks, histories.</summary>
public static class ServingModule
{
    /// <summary>Registers serving: its gRPC service, and the consumers that hear of listens and of new model versions.</summary>
    public static WebApplicationBuilder AddServing(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<ServingOptions>(ServingOptions.SectionName);
        builder.AddServiceClient<CandidateService.CandidateServiceClient>("candidate");
        builder.AddServiceClient<RankerService.RankerServiceClient>("ranker");
        services.AddSingleton<CandidateCalls>();
        services.AddSingleton<RankerCalls>();
        services.AddSingleton<DatabaseCalls>();

        builder.AddActiveModel<PopularList, PopularListLoader>(
            "serving.models", provider => provider.GetRequiredService<IOptions<ServingOptions>>().Value.ModelPollInterval);
        services.AddSingleton<PublishedModels>();
        services.AddSingleton<LiveHistories>();
        services.AddSingleton<TrackCatalogue>();
        services.AddStartupTask<CatalogueTask>();
        services.AddWarmUp<SlateWarmUp>();

        services.AddSingleton<StoredSimilarTracks>();
        services.AddSingleton<StoredAnswers>();
        services.AddSingleton<TrackRanking>();
        services.AddSingleton<SlateComposer>();
        services.AddSingleton<SimilarTrackList>();
        services.AddSingleton<PopularTrackList>();
        services.AddSingleton<HistoryList>();

        builder.AddBusConsumer<ListenConsumer, ListenBatch>(BusQueue.PerInstance("serving.listens"));
        return builder;
    }

    /// <summary>Maps serving's endpoints.</summary>
    public static WebApplication MapServing(this WebApplication app)
    {
        app.MapGrpcService<ServingGrpcService>();
        return app;
    }
}
