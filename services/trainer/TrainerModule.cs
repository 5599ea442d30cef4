using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RecSys.Analytics.Listens;
using RecSys.Data;
using RecSys.Hosting;
using RecSys.Hosting.Security;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Startup;
using RecSys.Lake;
using RecSys.Lake.Storage;
using RecSys.Trainer.Grpc;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Refreshing;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer;

/// <summary>Makes model versions and decides which one is active.</summary>
public static class TrainerModule
{
    // Kernels take one thread of the pool for each core. With this many beside them, calls never wait for one to be added.
    private const int ThreadsForCalls = 16;

    /// <summary>Registers the trainer: its gRPC service and what runs trainings in the background.</summary>
    public static WebApplicationBuilder AddTrainer(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<TrainerOptions>(TrainerOptions.Section);
        services.AddSettings<LakeOptions>(LakeOptions.SectionName);
        services.AddSettings<S3Options>(S3Options.SectionName);
        builder.AddKnownDeletions();
        services.AddListenLake();
        services.TryAddSingleton(provider => new LakeQueries(provider.GetRequiredService<ListenLake>()));
        services.AddStartupTask<UnfinishedVersionsTask>();

        services.AddSingleton<TrainingRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<TrainingRunner>());
        services.AddHostedService<TrainingSchedule>();
        services.AddHostedService<LakeCompaction>();
        services.AddSingleton<UserErasure>();
        services.AddHostedService<ErasureSchedule>();
        services.AddSingleton<TrainingPipeline>();
        services.AddSingleton<CheckpointStore>();
        services.AddSingleton<ProgressBoard>();
        services.AddHostedService<ProgressPublisher>();
        services.AddSingleton<DatabasePatience>();

        services.AddSingleton<ReadStep>();
        services.AddSingleton<SplitStep>();
        services.AddSingleton<FitStep>();
        services.AddSingleton<ListensStep>();
        services.AddSingleton<PublishStep>();

        services.AddSingleton<RefreshPipeline>();
        services.AddSingleton<RefreshWriter>();
        services.AddSingleton<RankerRefresh>();

        services.AddSingleton<VersionWriter>();
        services.AddSingleton<QualityReader>();
        services.AddSingleton<QualityGate>();
        services.AddSingleton<ModelComparison>();
        services.AddSingleton<ModelActivation>();
        services.AddHostedService(provider => provider.GetRequiredService<ModelActivation>());
        return builder;
    }

    /// <summary>Maps the trainer's endpoints.</summary>
    public static WebApplication MapTrainer(this WebApplication app)
    {
        ThreadPool.GetMinThreads(out var workers, out var completionPorts);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + ThreadsForCalls), completionPorts);
        app.MapGrpcService<TrainerGrpcService>()
            .RequireScope(
                TokenScopes.Read,
                nameof(TrainerGrpcService.WatchTraining),
                nameof(TrainerGrpcService.ListModels),
                nameof(TrainerGrpcService.GetModel),
                nameof(TrainerGrpcService.CompareModels))
            .RequireScope(
                TokenScopes.Admin,
                nameof(TrainerGrpcService.TrainModel),
                nameof(TrainerGrpcService.ActivateModel),
                nameof(TrainerGrpcService.RollbackModel),
                nameof(TrainerGrpcService.DeleteModel));
        return app;
    }
}
