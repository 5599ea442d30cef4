using Grpc.Net.Client.Balancer;
using RecSys.Hosting.Endpoints;

namespace RecSys.Hosting.Clients;

/// <summary>
/// Resolves <c>self:///…</c> to this process's own gRPC endpoint once it listens, so that several services in one process
/// reach each other whatever port they were given.
/// </summary>
internal sealed class SelfResolverFactory(BoundEndpoints endpoints) : ResolverFactory
{
    public const string Scheme = "self";

    public override string Name => Scheme;

    public override Resolver Create(ResolverOptions options) => new SelfResolver(endpoints, options);

    private sealed class SelfResolver(BoundEndpoints endpoints, ResolverOptions options) : PollingResolver(options.LoggerFactory)
    {
        protected override async Task ResolveAsync(CancellationToken cancellationToken)
        {
            var address = await endpoints.WaitForGrpcAsync(cancellationToken);
            Listener(ResolverResult.ForResult([new BalancerAddress(address.Host, address.Port)]));
        }
    }
}
