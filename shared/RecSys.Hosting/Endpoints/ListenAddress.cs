using System.Net;
using Microsoft.AspNetCore.Connections;

namespace RecSys.Hosting.Endpoints;

/// <summary>Reads an address to listen on, as people write them in <c>Endpoints</c>.</summary>
internal static class ListenAddress
{
    /// <summary>What is wrong with the address and what would be right; null when nothing is.</summary>
    public static string? Problem(string address)
    {
        BindingAddress parsed;
        try
        {
            parsed = BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            return "It must be http://HOST:PORT, such as http://127.0.0.1:5100, or http://*:5100 for all interfaces.";
        }

        return parsed switch
        {
            { Scheme: not ("http" or "https") } => "It must start with http://, or with https:// when section Kestrel has a certificate.",
            { IsUnixPipe: true } or { IsNamedPipe: true } => "It must be a TCP address such as http://127.0.0.1:5100.",
            { PathBase.Length: > 0 } => "It must not have a path after the port.",
            { Port: < 0 or > IPEndPoint.MaxPort } => "Its port must be from 0 (any free one) to 65535.",
            { Host: "localhost", Port: 0 } => "Port 0 needs an IP address, such as http://127.0.0.1:0.",
            _ when !IPAddress.TryParse(parsed.Host, out _) && parsed.Host is not ("localhost" or "*" or "+") =>
                "Its host must be an IP address of this machine, localhost, or * for all interfaces.",
            _ => null,
        };
    }

    /// <summary>Whether only this machine can connect.</summary>
    public static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host;
        return host == "localhost" || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
    }

    /// <summary>Whether two addresses are one, however they are written. Port 0 is another port each time.</summary>
    public static bool AreSame(string address, string other) =>
        Problem(address) is null && BindingAddress.Parse(address) is { Port: > 0 } parsed && parsed.Equals(BindingAddress.Parse(other));

    /// <summary>Whether it needs a certificate.</summary>
    public static bool IsSecure(string address) => BindingAddress.Parse(address).Scheme == "https";

    /// <summary>The address as this machine can connect to it: a wildcard is given as loopback.</summary>
    public static Uri Connectable(string address)
    {
        var parsed = BindingAddress.Parse(address);
        var isWildcard = !IPAddress.TryParse(parsed.Host, out var ip) || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);
        return new UriBuilder(parsed.Scheme, isWildcard ? "127.0.0.1" : parsed.Host, parsed.Port).Uri;
    }

    /// <summary>Why the process can't listen, and what to do.</summary>
    public static string Explain(Exception exception, EndpointsOptions endpoints)
    {
        if (exception.InnerException is not AddressInUseException)
        {
            return $"Can't listen at {endpoints.Grpc} and {endpoints.Http}: {exception.Message}. Set Endpoints:Grpc and Endpoints:Http to an address of this machine and ports that you may use.";
        }

        var (setting, address) = exception.Message.Contains($":{BindingAddress.Parse(endpoints.Grpc).Port}:", StringComparison.Ordinal)
            ? ("Endpoints:Grpc", endpoints.Grpc)
            : ("Endpoints:Http", endpoints.Http);
        return $"Another process listens at {address}. Stop it, or set {setting} to another port.";
    }
}
