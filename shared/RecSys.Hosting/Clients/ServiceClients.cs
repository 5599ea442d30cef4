using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Security;
using RecSys.Hosting.Settings;

namespace RecSys.Hosting.Clients;

/// <summary>Registers generated gRPC clients of other services.</summary>
public static class ServiceClients
{
    /// <summary>
    /// Makes <typeparamref name="TClient"/> available from dependency injection. It calls an address of section <c>Services</c>,
    /// shows the service token, tries again on UNAVAILABLE (section <c>Clients</c>), and passes the deadline and the cancellation of the gRPC call being
    /// served on, so that work stops everywhere when the caller stops waiting.
    /// </summary>
    /// <param name="builder">The host builder.</param>
    /// <param name="service">The service: <c>services => services.Candidate</c>.</param>
    public static void AddServiceClient<TClient>(this IHostApplicationBuilder builder, Func<ServicesOptions, string> service)
        where TClient : ClientBase<TClient>
    {
        var services = builder.Services;
        services.AddSettings<ClientsOptions>("Clients");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ResolverFactory, DnsResolverFactory>(
            provider => new(provider.GetRequiredService<IOptions<ClientsOptions>>().Value.DnsRefresh)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ResolverFactory, StaticResolverFactory>(_ => new(ServiceAddress.MembersOf)));
        services
            .AddGrpcClient<TClient>((provider, client) =>
            {
                var address = AddressOf(provider, service);
                client.Address = address.IsSelf ? new(IsSecure(provider, address) ? "https://self" : "http://self") : address.Target;
            })
            .ConfigurePrimaryHttpMessageHandler(provider => Handler(provider, AddressOf(provider, service)))
            .ConfigureChannel((provider, channel) =>
            {
                var options = provider.GetRequiredService<IOptions<ClientsOptions>>().Value;
                var address = AddressOf(provider, service);
                channel.ServiceProvider = provider;
                channel.Credentials = IsSecure(provider, address) ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
                channel.UnsafeUseInsecureChannelCallCredentials = true; // Where there is no TLS the network is trusted.
                channel.MaxReceiveMessageSize = provider.GetRequiredService<IOptions<EndpointsOptions>>().Value.MaxMessageBytes;
                channel.ServiceConfig = ServiceConfig(options, isBalanced: !address.IsSelf);

                // The runtime's own bounds, 1 second growing to 2 minutes, would leave a service unused long after it is back.
                channel.InitialReconnectBackoff = options.RetryBackoff;
                channel.MaxReconnectBackoff = TimeSpan.FromSeconds(Math.Max(5, options.RetryBackoff.TotalSeconds));
            })
            .AddCallCredentials((_, headers, provider) =>
            {
                // A token that only this process knows is of no use to another.
                var token = provider.GetRequiredService<ServiceToken>();
                if (token.IsShared || AddressOf(provider, service).IsSelf)
                {
                    headers.Add("authorization", $"Bearer {token.Reveal()}");
                }

                return Task.CompletedTask;
            })
            .EnableCallContextPropagation(propagation => propagation.SuppressContextNotFoundErrors = true)
            .RemoveAllLoggers();
    }

    private static ServiceAddress AddressOf(IServiceProvider provider, Func<ServicesOptions, string> service) =>
        ServiceAddress.Parse(service(provider.GetRequiredService<IOptions<ServicesOptions>>().Value))!;

    private static bool IsSecure(IServiceProvider provider, ServiceAddress address) => address.IsSelf
        ? ListenAddress.IsSecure(provider.GetRequiredService<IOptions<EndpointsOptions>>().Value.Grpc)
        : address.IsSecure;

    private static SocketsHttpHandler Handler(IServiceProvider provider, ServiceAddress address)
    {
        var options = provider.GetRequiredService<IOptions<ClientsOptions>>().Value;
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            UseProxy = false,
        };
        if (options.ReadCertificate() is { } certificate)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }

        if (options.AuthorityFile.Length > 0)
        {
            handler.SslOptions.CertificateChainPolicy = CertificateFiles.Policy(CertificateFiles.ReadAuthorities(options.AuthorityFile), CertificateFiles.ServerUse);
        }

        if (address.IsSelf)
        {
            // Whatever port this process was given; its certificate is for other names.
            var endpoints = provider.GetRequiredService<BoundEndpoints>();
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
            handler.ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(endpoints.Grpc.Host, endpoints.Grpc.Port, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }

        return handler;
    }

    private static ServiceConfig ServiceConfig(ClientsOptions options, bool isBalanced)
    {
        var config = new ServiceConfig();
        if (isBalanced)
        {
            config.LoadBalancingConfigs.Add(new RoundRobinConfig());
        }

        if (options.MaxAttempts > 1)
        {
            config.MethodConfigs.Add(new MethodConfig
            {
                Names = { MethodName.Default },
                RetryPolicy = new RetryPolicy
                {
                    MaxAttempts = options.MaxAttempts,
                    InitialBackoff = options.RetryBackoff,
                    MaxBackoff = options.RetryBackoff * 10,
                    BackoffMultiplier = 2,
                    RetryableStatusCodes = { StatusCode.Unavailable },
                },
            });
        }

        return config;
    }
}
