using MassTransit;
using RecSys.Contracts.Events.V1;
using RecSys.Data;
using RecSys.Data.Models;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.ActiveModels;

/// <summary>Registers what follows the active model version.</summary>
public static class ActiveModelServices
{
    /// <summary>
    /// Keeps <typeparamref name="TModel"/> of the active version in memory: loaded before the process is ready, replaced when
    /// the bus or a look at the database says that another version is active. Requests take it from
    /// <see cref="ModelFollower{TModel}"/>.
    /// </summary>
    /// <typeparam name="TModel">What the service keeps of a version.</typeparam>
    /// <typeparam name="TLoader">Reads it.</typeparam>
    /// <param name="builder">The host's.</param>
    /// <param name="queue">The name of this service's queues, one for each process, such as <c>candidate.models</c>.</param>
    /// <param name="pollInterval">How often to look without being told.</param>
    public static void AddActiveModel<TModel, TLoader>(
        this IHostApplicationBuilder builder, string queue, Func<IServiceProvider, TimeSpan> pollInterval)
        where TModel : class
        where TLoader : class, IModelLoader<TModel>
    {
        builder.AddDatabase();
        builder.Services.AddSingleton<IModelLoader<TModel>, TLoader>();
        builder.Services.AddSingleton(provider => new ModelFollower<TModel>(
            provider.GetRequiredService<ModelStore>(),
            provider.GetRequiredService<IModelLoader<TModel>>(),
            pollInterval(provider),
            provider.GetRequiredService<ILogger<ModelFollower<TModel>>>()));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ModelFollower<TModel>>());
        builder.Services.AddStartupTask<FirstLoad<TModel>>();
        builder.AddBusConsumer<ModelPublishedConsumer<TModel>, ModelPublished>(BusQueue.PerInstance(queue));
    }

    /// <summary>Loads the active version before the first request. That there is none yet is no reason to wait.</summary>
    private sealed class FirstLoad<TModel>(DatabaseMigrator database, ModelFollower<TModel> follower) : IStartupTask
        where TModel : class
    {
        public string Name => "active model";

        public string WaitsFor => database.DescribeTarget();

        public Task RunAsync(CancellationToken cancellationToken) => follower.RefreshAsync(cancellationToken);
    }
}

/// <summary>Has a version that was just published loaded, so that the next request is answered from it.</summary>
internal sealed class ModelPublishedConsumer<TModel>(ModelFollower<TModel> follower) : IConsumer<ModelPublished>, ICatchUp
    where TModel : class
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ModelPublished> context) => follower.NoticeAsync(context.CancellationToken);

    /// <inheritdoc/>
    public Task CatchUpAsync(CancellationToken cancellationToken) => follower.NoticeAsync(cancellationToken);
}
