using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace RecSys.Hosting.Endpoints;

/// <summary>Gives Kestrel the two endpoints.</summary>
internal sealed class KestrelEndpoints(IOptions<EndpointsOptions> endpoints) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = endpoints.Value.MaxMessageBytes;

        // Finds clients that vanished without a word, so that their streams end.
        options.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);

        // BoundEndpoints relies on this order.
        ListenAddress.Listen(options, endpoints.Value.Grpc, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            Mark(listen, EndpointKindFeature.Grpc);
        });
        ListenAddress.Listen(options, endpoints.Value.Http, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            Mark(listen, EndpointKindFeature.Http);
        });
    }

    private static void Mark(ListenOptions listen, EndpointKindFeature kind) => listen.Use(next => connection =>
    {
        connection.Features.Set(kind);
        return next(connection);
    });
}
