using System.Globalization;

namespace RecSys.Hosting.Bus;

/// <summary>RabbitMQ's address taken apart.</summary>
internal sealed record BrokerAddress(string Host, ushort Port, string VirtualHost, string User, string Password, bool UseTls)
{
    private const ushort DefaultPort = 5672;
    private const ushort DefaultTlsPort = 5671;

    public static bool CanUse(Uri uri) =>
        uri is { IsAbsoluteUri: true, Scheme: "amqp" or "amqps", Host.Length: > 0 } && uri.AbsolutePath.Count(character => character == '/') <= 1;

    /// <summary>An empty path is the default virtual host; a slash inside a name is written %2F.</summary>
    public static BrokerAddress Parse(Uri uri)
    {
        var useTls = uri.Scheme == "amqps";
        var virtualHost = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        var userInfo = uri.UserInfo.Split(':', 2);
        return new BrokerAddress(
            uri.Host,
            uri.Port > 0 ? (ushort)uri.Port : useTls ? DefaultTlsPort : DefaultPort,
            virtualHost.Length == 0 ? "/" : virtualHost,
            userInfo[0].Length == 0 ? "guest" : Uri.UnescapeDataString(userInfo[0]),
            userInfo.Length == 1 ? "guest" : Uri.UnescapeDataString(userInfo[1]),
            useTls);
    }

    /// <summary>For people: no secrets.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"RabbitMQ at {Host}:{Port}");
}
