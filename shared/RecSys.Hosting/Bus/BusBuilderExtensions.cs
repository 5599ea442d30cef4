using Google.Protobuf;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Bus;

/// <summary>Registers consumers and the bus.</summary>
public static class BusBuilderExtensions
{
    /// <summary>Adds a consumer of single messages. Any number of modules of one process may add theirs, one for each queue.</summary>
    public static IHostApplicationBuilder AddBusConsumer<TConsumer, TMessage>(this IHostApplicationBuilder builder, BusQueue queue)
        where TConsumer : class, IBusConsumer<TMessage>
        where TMessage : class, IMessage<TMessage>
    {
        builder.Services.TryAddScoped<TConsumer>();
        RegistryOf(builder.Services).AddConsumer(new SingleRegistration<TConsumer, TMessage>(queue));
        return builder;
    }

    /// <summary>Adds a consumer of batches. Any number of modules of one process may add theirs, one for each queue.</summary>
    public static IHostApplicationBuilder AddBatchConsumer<TConsumer, TMessage>(this IHostApplicationBuilder builder, BusQueue queue)
        where TConsumer : class, IBatchConsumer<TMessage>
        where TMessage : class, IMessage<TMessage>
    {
        builder.Services.TryAddScoped<TConsumer>();
        RegistryOf(builder.Services).AddConsumer(new BatchRegistration<TConsumer, TMessage>(queue));
        return builder;
    }

    /// <summary>
    /// Adds what keeps the messages of a shared queue that can't be consumed. Without one they go to the queue
    /// <c>NAME.rejected</c>.
    /// </summary>
    public static IHostApplicationBuilder AddRejectedMessageHandler<THandler>(this IHostApplicationBuilder builder, BusQueue queue)
        where THandler : class, IRejectedMessageHandler
    {
        builder.Services.TryAddScoped<THandler>();
        RegistryOf(builder.Services).AddRejectedHandler(queue, typeof(THandler));
        return builder;
    }

    /// <summary>Builds the bus from everything that was added. Called once, after all modules, by <see cref="RecSysHost.Build"/>.</summary>
    internal static void AddRecSysBus(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(RegistryOf(services));
        services.AddSingleton<BusLifetime>();
        services.AddSingleton<BusStartupTask>();
        services.AddHostedService(provider => provider.GetRequiredService<BusStartupTask>());
        services.Insert(0, ServiceDescriptor.Singleton<IStartupTask>(provider => provider.GetRequiredService<BusStartupTask>()));

        // Read before the settings are checked: a wrong value is reported then, and no bus is started before.
        var isMemory = Enum.TryParse<BusTransport>(builder.Configuration[$"{BusOptions.Section}:{nameof(BusOptions.Transport)}"], ignoreCase: true, out var transport)
            && transport == BusTransport.Memory;
        if (isMemory)
        {
            services.AddSingleton<MemoryPublishes>();
            services.AddSingleton<IEventPublisher, MemoryEventPublisher>();
        }
        else
        {
            services.AddSingleton<IEventPublisher, RabbitMqEventPublisher>();
        }

        services.AddMassTransit(registration =>
        {
            registration.DisableUsageTelemetry();
            if (isMemory)
            {
                registration.UsingInMemory((context, bus) => new MemoryEndpoints(context).Configure(context, bus));
            }
            else
            {
                registration.UsingRabbitMq((context, bus) => new RabbitMqEndpoints(context).Configure(context, bus));
            }
        });

        // BusStartupTask starts it, when the broker is there.
        services.RemoveMassTransitHostedService();
    }

    private static BusRegistry RegistryOf(IServiceCollection services)
    {
        if (services.FirstOrDefault(s => s.ServiceType == typeof(BusRegistry))?.ImplementationInstance is not BusRegistry registry)
        {
            services.AddSingleton(registry = new BusRegistry());
        }

        return registry;
    }
}
