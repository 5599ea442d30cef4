using MassTransit;
using MassTransit.Transports.Fabric;
using Microsoft.Extensions.DependencyInjection;

namespace RecSys.Hosting.Bus;

/// <summary>The bus inside this process.</summary>
internal sealed class MemoryEndpoints(IServiceProvider services) : BusEndpoints(services)
{
    public void Configure(IBusRegistrationContext context, IInMemoryBusFactoryConfigurator bus)
    {
        ConfigureMessages(bus);
        foreach (var type in InterfacesOfMessages)
        {
            bus.Publish(type, topology => topology.Exclude = true);
        }

        var publishes = Services.GetRequiredService<MemoryPublishes>();
        foreach (var consumer in Registry.Consumers)
        {
            bus.ReceiveEndpoint(consumer.Queue.Name, endpoint =>
            {
                endpoint.Bind(BusTopology.RouteOf(consumer.MessageType).Exchange, ExchangeType.FanOut);
                endpoint.UseFilter(new MemoryPublishFilter(consumer.Queue, publishes));
                if (consumer.Queue.IsShared)
                {
                    endpoint.ConfigureError(pipe => pipe.UseFilter(new DroppedMessageFilter(consumer.Queue, Logger)));
                }

                ConfigureConsumer(endpoint, consumer, RetryOf(consumer.Queue, failsAtOnce: consumer.Queue.IsShared));
            });
        }
    }
}
