using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace RecSys.Hosting.Endpoints;

/// <summary>
/// The addresses that the process really listens on, with the ports that the system gave for port 0. A wildcard address
/// is given as loopback, so that each can be connected to from this machine.
/// </summary>
public sealed class BoundEndpoints
{
    private readonly TaskCompletionSource<(Uri Grpc, Uri Http)> _bound = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The gRPC endpoint (cleartext HTTP/2).</summary>
    /// <exception cref="InvalidOperationException">The host hasn't started.</exception>
    public Uri Grpc => Bound.Grpc;

    /// <summary>The HTTP/1.1 endpoint.</summary>
    /// <exception cref="InvalidOperationException">The host hasn't started.</exception>
    public Uri Http => Bound.Http;

    private (Uri Grpc, Uri Http) Bound => _bound.Task.IsCompletedSuccessfully
        ? _bound.Task.GetAwaiter().GetResult()
        : throw new InvalidOperationException("The addresses are known once the host has started.");

    /// <summary>The gRPC endpoint, as soon as the host has started.</summary>
    internal async Task<Uri> WaitForGrpcAsync(CancellationToken cancellationToken) => (await _bound.Task.WaitAsync(cancellationToken)).Grpc;

    /// <summary>Called once, when the server has bound. Kestrel keeps the order in which the endpoints were configured.</summary>
    internal void Read(IServer server)
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses.ToArray() ?? [];
        if (addresses.Length == 2)
        {
            _bound.TrySetResult((Connectable(addresses[0]), Connectable(addresses[1])));
        }
    }

    private static Uri Connectable(string address)
    {
        var parsed = BindingAddress.Parse(address);
        var isWildcard = !IPAddress.TryParse(parsed.Host, out var ip) || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);
        return new UriBuilder(parsed.Scheme, isWildcard ? "127.0.0.1" : parsed.Host, parsed.Port).Uri;
    }
}
