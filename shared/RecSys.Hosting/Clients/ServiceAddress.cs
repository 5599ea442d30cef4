namespace RecSys.Hosting.Clients;

/// <summary>
/// Where a service is, as written in section <c>Services</c>: <c>http://HOST:PORT</c>, several of these separated by
/// commas, <c>dns:///NAME:PORT</c> for every address behind a name, or <c>self</c> for this process.
/// </summary>
internal sealed record ServiceAddress
{
    private const string Expected =
        "It must be http://HOST:PORT, several of these separated by commas, dns:///NAME:PORT, or self for this process.";

    private ServiceAddress(string target, IReadOnlyList<Uri> hosts)
    {
        Target = target;
        Hosts = hosts;
    }

    /// <summary>The target for the channel.</summary>
    public string Target { get; }

    /// <summary>The members of a list; empty for the other forms.</summary>
    public IReadOnlyList<Uri> Hosts { get; }

    /// <exception cref="FormatException">The text is none of the forms; the message says what would be right.</exception>
    public static ServiceAddress Parse(string text)
    {
        if (text.Equals("self", StringComparison.OrdinalIgnoreCase))
        {
            return new($"{SelfResolverFactory.Scheme}:///self", []);
        }

        if (text.StartsWith("dns:///", StringComparison.Ordinal))
        {
            // Parsed as a host with a port, which is what must follow the scheme.
            return Uri.TryCreate("http://" + text["dns:///".Length..], UriKind.Absolute, out var name) && name is { PathAndQuery: "/", Host.Length: > 0 }
                ? new(text, [])
                : throw new FormatException(Expected);
        }

        var hosts = text.Split(',', StringSplitOptions.TrimEntries).Select(ParseHost).ToArray();
        if (hosts.DistinctBy(host => host.Scheme).Count() > 1)
        {
            throw new FormatException("All its addresses must be http://, or all https://.");
        }

        return hosts.Length == 1 ? new(hosts[0].GetLeftPart(UriPartial.Authority), []) : new("static:///list", hosts);
    }

    private static Uri ParseHost(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", PathAndQuery: "/", UserInfo.Length: 0 }
            ? uri
            : throw new FormatException(Expected);
}
