using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace RecSys.Hosting.Endpoints;

/// <summary>
/// The addresses that the process really listens on, with the ports that the system gave for port 0. A wildcard address
/// is given as loopback, so that each can be connected to from this machine.
/// </summary>
public sealed class BoundEndpoints(IServer server)
{
    /// <summary>The gRPC endpoint (HTTP/2).</summary>
    /// <exception cref="InvalidOperationException">The host hasn't started.</exception>
    public Uri Grpc => At(0);

    /// <summary>The HTTP/1.1 endpoint.</summary>
    /// <exception cref="InvalidOperationException">The host hasn't started.</exception>
    public Uri Http => At(1);

    // Kestrel keeps the order in which the endpoints were configured.
    private Uri At(int index) => server.Features.Get<IServerAddressesFeature>()?.Addresses.ToArray() is { Length: 2 } addresses
        ? ListenAddress.Connectable(addresses[index])
        : throw new InvalidOperationException("The addresses are known once the host has started.");
}
