using RecSys.Candidate.Models;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Models;
using RecSys.Hosting.Bus;

namespace RecSys.Candidate.Consumers;

/// <summary>Has a version that was just published loaded, so that the next request is answered from it.</summary>
internal sealed class ModelPublishedConsumer(ModelFollower<CandidateModel> follower) : IBusConsumer<ModelPublished>
{
    /// <inheritdoc/>
    public Task ConsumeAsync(ModelPublished message, CancellationToken cancellationToken) => follower.NoticeAsync(cancellationToken);

    /// <inheritdoc/>
    public Task CatchUpAsync(CancellationToken cancellationToken) => follower.NoticeAsync(cancellationToken);
}
