using RecSys.Hosting.Bus;

namespace RecSys.Hosting.Tests.Bus;

/// <summary>Keeps rejected messages in the inbox.</summary>
internal sealed class RejectedKeeper(Inbox inbox) : IRejectedMessageHandler
{
    public async Task HandleAsync(RejectedMessage message, CancellationToken cancellationToken)
    {
        await inbox.BeforeRejecting(message);
        inbox.Rejected.Enqueue(message);
    }
}
