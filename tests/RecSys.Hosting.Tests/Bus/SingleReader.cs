using Google.Protobuf;
using MassTransit;
using RecSys.Hosting.Bus;

namespace RecSys.Hosting.Tests.Bus;

/// <summary>Consumes messages one by one.</summary>
internal sealed class SingleReader<TMessage>(Inbox inbox) : IConsumer<TMessage>, ICatchUp
    where TMessage : class, IMessage<TMessage>
{
    public Task Consume(ConsumeContext<TMessage> context) => inbox.TakeAsync([context.Message]);

    public Task CatchUpAsync(CancellationToken cancellationToken) => inbox.CatchUpAsync();
}
