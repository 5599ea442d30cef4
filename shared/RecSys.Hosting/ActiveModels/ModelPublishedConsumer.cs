using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Bus;

namespace RecSys.Hosting.ActiveModels;

/// <summary>Has a version that was just published loaded, so that the next request is answered from it.</summary>
internal sealed class ModelPublishedConsumer<TModel>(ModelFollower<TModel> follower) : IBusConsumer<ModelPublished>
    where TModel : class
{
    /// <inheritdoc/>
    public Task ConsumeAsync(ModelPublished message, CancellationToken cancellationToken) => follower.NoticeAsync(cancellationToken);

    /// <inheritdoc/>
    public Task CatchUpAsync(CancellationToken cancellationToken) => follower.NoticeAsync(cancellationToken);
}
