using MassTransit;
using RecSys.Hosting.Bus;

namespace RecSys.Hosting.Tests.Bus;

/// <summary>Keeps rejected messages in the inbox.</summary>
internal sealed class RejectedKeeper(Inbox inbox) : IConsumer<RejectedMessage>
{
    public async Task Consume(ConsumeContext<RejectedMessage> context)
    {
        await inbox.BeforeRejecting(context.Message);
        inbox.Rejected.Enqueue(context.Message);
    }
}
