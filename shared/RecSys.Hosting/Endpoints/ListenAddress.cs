using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

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
            { Scheme: not "http" } => "It must start with http:// ; put a proxy that ends TLS in front.",
            { IsUnixPipe: true } or { IsNamedPipe: true } => "It must be a TCP address such as http://127.0.0.1:5100.",
            { PathBase.Length: > 0 } => "It must not have a path after the port.",
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

    public static void Listen(KestrelServerOptions kestrel, string address, Action<ListenOptions> configure)
    {
        var parsed = BindingAddress.Parse(address);
        if (IPAddress.TryParse(parsed.Host, out var ip))
        {
            kestrel.Listen(ip, parsed.Port, configure);
        }
        else if (parsed.Host == "localhost")
        {
            kestrel.ListenLocalhost(parsed.Port, configure);
        }
        else
        {
            kestrel.ListenAnyIP(parsed.Port, configure);
        }
    }
}
