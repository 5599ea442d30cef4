using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RecSys.Contracts.Events.V1;
using RecSys.Data;
using RecSys.Hosting;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Security;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Startup;
using RecSys.Ingest.Acceptance;
using RecSys.Ingest.Consumers;
using RecSys.Ingest.Grpc;
using RecSys.Ingest.ListenBrainz;
using RecSys.Ingest.Validation;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Ingest;

/// <summary>Takes listens, exposures and catalogue entries, and stores them.</summary>
public static class IngestModule
{
    /// <summary>Registers ingest: its gRPC service and the writers that consume the listens and exposures on the bus.</summary>
    public static WebApplicationBuilder AddIngest(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<IngestOptions>(IngestOptions.Section);
        services.AddSettings<LakeOptions>(LakeOptions.SectionName);
        services.AddSettings<S3Options>(S3Options.SectionName);
        builder.AddKnownDeletions();
        services.AddListenLake();

        services.AddStartupTask<LakeFolderTask>();
        services.AddSingleton<TrackResolver>();
        services.AddSingleton<NearDuplicates>();
        services.AddSingleton<ListenAcceptance>();
        services.AddSingleton<EventAcceptance<Listen, ListenBatch>>(provider => provider.GetRequiredService<ListenAcceptance>());
        services.AddSingleton<ExposureAcceptance>();
        services.AddSingleton<EventAcceptance<Exposure, ExposureBatch>>(provider => provider.GetRequiredService<ExposureAcceptance>());
        services.AddSingleton<RejectedReplay>();
        services.AddSingleton<UserDeletions>();
        services.AddHostedService<RejectedListenRetention>();
        services.AddListenBrainz();

        builder.AddBatchConsumer<ListenWriter, ListenBatch>(BusTopology.IngestListens);
        builder.AddRejectedConsumer<RejectedEventKeeper<Listen, ListenBatch>>(BusTopology.IngestListens);
        builder.AddBatchConsumer<ExposureWriter, ExposureBatch>(BusTopology.IngestExposures, ExposureWriter.BatchLimit);
        builder.AddRejectedConsumer<RejectedEventKeeper<Exposure, ExposureBatch>>(BusTopology.IngestExposures);
        return builder;
    }

    /// <summary>Maps ingest's endpoints.</summary>
    public static WebApplication MapIngest(this WebApplication app)
    {
        app.MapGrpcService<IngestGrpcService>().RequireScope(
            TokenScopes.Submit,
            nameof(IngestGrpcService.SubmitListens),
            nameof(IngestGrpcService.StreamListens),
            nameof(IngestGrpcService.SubmitExposures),
            nameof(IngestGrpcService.PutTracks))
            .RequireScope(
                TokenScopes.Admin,
                nameof(IngestGrpcService.ListRejected),
                nameof(IngestGrpcService.ReplayRejected),
                nameof(IngestGrpcService.DeleteUser),
                nameof(IngestGrpcService.ListDeletedUsers));
        app.MapListenBrainz();
        return app;
    }
}

/// <summary>Makes sure that the lake can be written before a listen is taken that belongs there.</summary>
internal sealed class LakeFolderTask(ListenLake lake) : IStartupTask
{
    /// <inheritdoc/>
    public string Name => "lake";

    /// <inheritdoc/>
    public string WaitsFor => $"write access to {lake.Location}";

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken) => lake.CheckAccessAsync(cancellationToken);
}
