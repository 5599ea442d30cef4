using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Endpoints;

namespace RecSys.Hosting.Clients;

/// <summary>One channel for each service that this process calls; opened on first use, closed with the host.</summary>
internal sealed class ServiceChannels(
    IConfiguration configuration,
    IOptions<ClientsOptions> options,
    IOptions<EndpointsOptions> endpointOptions,
    BoundEndpoints endpoints,
    ILoggerFactory loggers) : IDisposable
{
    private static readonly TimeSpan LongestReconnectBackoff = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, GrpcChannel> _channels = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ServiceProvider> _resolvers = [];

    /// <summary>The channel to a service; its address is the setting <c>Services:NAME</c>.</summary>
    public GrpcChannel Get(string service)
    {
        lock (_lock)
        {
            if (!_channels.TryGetValue(service, out var channel))
            {
                _channels[service] = channel = Open(ServiceAddresses.Get(configuration, service));
            }

            return channel;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var channel in _channels.Values)
            {
                channel.Dispose();
            }

            foreach (var resolvers in _resolvers)
            {
                resolvers.Dispose();
            }

            _channels.Clear();
            _resolvers.Clear();
        }
    }

    private GrpcChannel Open(ServiceAddress address)
    {
        var isSecure = address.Target.StartsWith("https:", StringComparison.Ordinal) || address.Hosts.Any(host => host.Scheme == "https");
        var resolvers = new ServiceCollection()
            .AddSingleton<ResolverFactory>(new SelfResolverFactory(endpoints))
            .AddSingleton<ResolverFactory>(new DnsResolverFactory(options.Value.DnsRefresh))
            .AddSingleton<ResolverFactory>(new StaticResolverFactory(_ => address.Hosts.Select(host => new BalancerAddress(host.Host, host.Port))))
            .BuildServiceProvider();
        _resolvers.Add(resolvers);
        return GrpcChannel.ForAddress(address.Target, new GrpcChannelOptions
        {
            Credentials = isSecure ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure,
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                ConnectTimeout = options.Value.ConnectTimeout,
                EnableMultipleHttp2Connections = true,
                KeepAlivePingDelay = TimeSpan.FromSeconds(30),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
                UseProxy = false,
            },

            // The runtime's own bounds, 1 second growing to 2 minutes, would leave a service unused long after it is back.
            InitialReconnectBackoff = options.Value.RetryBackoff,
            MaxReconnectBackoff = LongestReconnectBackoff > options.Value.RetryBackoff ? LongestReconnectBackoff : options.Value.RetryBackoff,
            LoggerFactory = loggers,
            MaxReceiveMessageSize = endpointOptions.Value.MaxMessageBytes,
            ServiceConfig = ServiceConfig(options.Value),
            ServiceProvider = resolvers,
        });
    }

    private static ServiceConfig ServiceConfig(ClientsOptions options)
    {
        var config = new ServiceConfig { LoadBalancingConfigs = { new RoundRobinConfig() } };
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
