using System.ComponentModel.DataAnnotations;
using Grpc.Net.Client.Balancer;

namespace RecSys.Hosting.Clients;

/// <summary>
/// Section <c>Services</c>: where each service is. <c>http://HOST:PORT</c> or <c>https://HOST:PORT</c>, several of these separated by
/// commas, <c>dns:///NAME:PORT</c> or <c>dns+https:///NAME:PORT</c> for every address behind a name, or <c>self</c> for this process.
/// </summary>
public sealed class ServicesOptions : IValidatableObject
{
    /// <summary>Ingest; default <c>http://127.0.0.1:5101</c>.</summary>
    public string Ingest { get; init; } = "http://127.0.0.1:5101";

    /// <summary>The trainer; default <c>http://127.0.0.1:5102</c>.</summary>
    public string Trainer { get; init; } = "http://127.0.0.1:5102";

    /// <summary>The candidate service; default <c>http://127.0.0.1:5103</c>.</summary>
    public string Candidate { get; init; } = "http://127.0.0.1:5103";

    /// <summary>The ranker; default <c>http://127.0.0.1:5104</c>.</summary>
    public string Ranker { get; init; } = "http://127.0.0.1:5104";

    /// <summary>Serving; default <c>http://127.0.0.1:5105</c>.</summary>
    public string Serving { get; init; } = "http://127.0.0.1:5105";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        (string Name, string Address)[] services =
            [(nameof(Ingest), Ingest), (nameof(Trainer), Trainer), (nameof(Candidate), Candidate), (nameof(Ranker), Ranker), (nameof(Serving), Serving)];
        return from service in services
               where ServiceAddress.Parse(service.Address) is null
               select new ValidationResult(ServiceAddress.Expected, [service.Name]);
    }
}

/// <summary>The address of a service as a channel takes it.</summary>
/// <param name="Target">What the channel resolves: a host, <c>dns:///NAME:PORT</c>, <c>static:///HOST:PORT,…</c> or <c>self:///</c>.</param>
/// <param name="IsSecure">Whether it is called over TLS; not known of this process.</param>
internal sealed record ServiceAddress(Uri Target, bool IsSecure)
{
    public const string Expected =
        "It must be http://HOST:PORT, several of these separated by commas (all http, or all https), dns:///NAME:PORT, dns+https:///NAME:PORT, or self for this process.";

    public bool IsSelf => Target.Scheme == "self";

    /// <returns>Null when it is no address.</returns>
    public static ServiceAddress? Parse(string text)
    {
        if (text.Equals("self", StringComparison.OrdinalIgnoreCase))
        {
            return new(new("self:///"), false);
        }

        foreach (var (scheme, isSecure) in new[] { ("dns:///", false), ("dns+https:///", true) })
        {
            if (text.StartsWith(scheme, StringComparison.Ordinal))
            {
                // A host with a port is what must follow the scheme.
                var name = text[scheme.Length..];
                return HostOf("http://" + name) is null ? null : new(new("dns:///" + name), isSecure);
            }
        }

        var hosts = text.Split(',', StringSplitOptions.TrimEntries).Select(HostOf).OfType<Uri>().ToArray();
        return hosts.Length != text.Split(',').Length || hosts.Any(host => host.Scheme != hosts[0].Scheme) ? null
            : new(hosts.Length == 1 ? hosts[0] : new("static:///" + string.Join(',', hosts.Select(host => host.Authority))), hosts[0].Scheme == "https");
    }

    /// <summary>The members of a <c>static:///</c> target.</summary>
    public static IEnumerable<BalancerAddress> MembersOf(Uri target) =>
        from member in Uri.UnescapeDataString(target.AbsolutePath).Trim('/').Split(',')
        let host = new Uri("http://" + member)
        select new BalancerAddress(host.Host, host.Port);

    private static Uri? HostOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", PathAndQuery: "/", UserInfo.Length: 0, Host.Length: > 0 }
            ? uri
            : null;
}
