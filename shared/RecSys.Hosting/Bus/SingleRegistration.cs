using Google.Protobuf;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace RecSys.Hosting.Bus;

/// <summary>A consumer of single messages.</summary>
internal sealed class SingleRegistration<TConsumer, TMessage>(BusQueue queue)
    : BusRegistration(queue, typeof(TMessage), typeof(TConsumer), isBatch: false)
    where TConsumer : class, IBusConsumer<TMessage>
    where TMessage : class, IMessage<TMessage>
{
    public override void Connect(IReceiveEndpointConfigurator endpoint, IServiceProvider services, ConsumerRetry retry, BusOptions options) =>
        endpoint.Handler<TMessage>(context => retry.RunAsync(
            async cancellationToken =>
            {
                await using var scope = services.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<TConsumer>().ConsumeAsync(context.Message, cancellationToken);
            },
            context.CancellationToken));

    public override async Task CatchUpAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<TConsumer>().CatchUpAsync(cancellationToken);
    }
}
