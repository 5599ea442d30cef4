using Google.Protobuf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace RecSys.Hosting.Bus;

/// <summary>Registers consumers and the bus.</summary>
public static class BusBuilderExtensions
{
    /// <summary>Adds a consumer of single messages. Any number of modules of one process may add theirs, one for each queue.</summary>
    public static IHostApplicationBuilder AddBusConsumer<TConsumer, TMessage>(this IHostApplicationBuilder builder, BusQueue queue)
        where TConsumer : class, IBusConsumer<TMessage>
        where TMessage : class, IMessage<TMessage>, new()
    {
        builder.Services.TryAddScoped<TConsumer>();
        RegistryOf(builder.Services).AddConsumer(new BusRegistration(queue, typeof(TMessage), typeof(TConsumer), IsBatch: false));
        return builder;
    }

    /// <summary>Adds a consumer of batches. Any number of modules of one process may add theirs, one for each queue.</summary>
    public static IHostApplicationBuilder AddBatchConsumer<TConsumer, TMessage>(this IHostApplicationBuilder builder, BusQueue queue)
        where TConsumer : class, IBatchConsumer<TMessage>
        where TMessage : class, IMessage<TMessage>, new()
    {
        builder.Services.TryAddScoped<TConsumer>();
        RegistryOf(builder.Services).AddConsumer(new BusRegistration(queue, typeof(TMessage), typeof(TConsumer), IsBatch: true));
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

    /// <summary>Builds the bus from everything that was added. Called once, after all modules, by <c>RecSysHost.Build</c>.</summary>
    /// <exception cref="OptionsValidationException">The section <c>Bus</c> is wrong; the message says what to change.</exception>
    public static IHostApplicationBuilder AddRecSysBus(this IHostApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(BusOptions.Section).Get<BusOptions>() ?? new BusOptions();
        if (options.Problem() is { } problem)
        {
            throw new OptionsValidationException(BusOptions.Section, typeof(BusOptions), [problem]);
        }

        builder.Services.AddSingleton(options);
        return builder;
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
