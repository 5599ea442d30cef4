using Google.Protobuf;
using RecSys.Hosting.Bus;

namespace RecSys.Hosting.Tests.Bus;

/// <summary>Consumes messages one by one.</summary>
internal sealed class SingleReader<TMessage>(Inbox inbox) : IBusConsumer<TMessage>
    where TMessage : class, IMessage<TMessage>
{
    public Task ConsumeAsync(TMessage message, CancellationToken cancellationToken) => inbox.TakeAsync([message]);

    public Task CatchUpAsync(CancellationToken cancellationToken) => inbox.CatchUpAsync();
}
