using MassTransit;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Bus;

namespace RecSys.Hosting.ActiveModels;

/// <summary>Has a version that was just published loaded, so that the next request is answered from it.</summary>
internal sealed class ModelPublishedConsumer<TModel>(ModelFollower<TModel> follower) : IConsumer<ModelPublished>, ICatchUp
    where TModel : class
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<ModelPublished> context) => follower.NoticeAsync(context.CancellationToken);

    /// <inheritdoc/>
    public Task CatchUpAsync(CancellationToken cancellationToken) => follower.NoticeAsync(cancellationToken);
}
