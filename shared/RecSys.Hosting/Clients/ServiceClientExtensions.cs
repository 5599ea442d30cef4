using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using RecSys.Hosting.Settings;

namespace RecSys.Hosting.Clients;

/// <summary>Registers generated gRPC clients of other services.</summary>
public static class ServiceClientExtensions
{
    /// <summary>
    /// Makes <typeparamref name="TClient"/> available from dependency injection. It calls the address in
    /// <c>Services:NAME</c>, tries again on UNAVAILABLE (section <c>Clients</c>), and passes the deadline and the
    /// cancellation of the incoming call on, so that work stops everywhere when the caller stops waiting.
    /// </summary>
    /// <param name="builder">The host builder.</param>
    /// <param name="service">The service's name, such as <c>candidate</c>.</param>
    public static IHostApplicationBuilder AddServiceClient<TClient>(this IHostApplicationBuilder builder, string service)
        where TClient : ClientBase<TClient>
    {
        builder.Services.AddSettings<ClientsOptions>("Clients");
        builder.Services.TryAddSingleton<ServiceChannels>();
        builder.Services.TryAddSingleton<CallPropagation>();
        builder.Services.AddSingleton(new ServiceClientRegistration(service));
        builder.Services.TryAddSingleton(provider =>
        {
            var invoker = provider.GetRequiredService<ServiceChannels>().Get(service)
                .Intercept(provider.GetRequiredService<CallPropagation>());
            return (TClient)Activator.CreateInstance(typeof(TClient), invoker)!;
        });
        return builder;
    }
}
