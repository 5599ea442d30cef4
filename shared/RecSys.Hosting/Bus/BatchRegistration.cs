using Google.Protobuf;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace RecSys.Hosting.Bus;

/// <summary>A consumer of batches.</summary>
internal sealed class BatchRegistration<TConsumer, TMessage>(BusQueue queue)
    : BusRegistration(queue, typeof(TMessage), typeof(TConsumer), isBatch: true)
    where TConsumer : class, IBatchConsumer<TMessage>
    where TMessage : class, IMessage<TMessage>
{
    public override void Connect(IReceiveEndpointConfigurator endpoint, IServiceProvider services, ConsumerRetry retry, BusOptions options)
    {
        var batches = new BatchCollector<TMessage>(
            async (messages, cancellationToken) =>
            {
                await using var scope = services.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<TConsumer>().ConsumeAsync(messages, cancellationToken);
            },
            retry,
            options.BatchLimit);
        endpoint.Handler<TMessage>(context => batches.ConsumeAsync(context.Message, context.CancellationToken));
    }

    public override async Task CatchUpAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<TConsumer>().CatchUpAsync(cancellationToken);
    }
}
