using Microsoft.Extensions.Configuration;
using RecSys.Hosting.Settings;

namespace RecSys.Hosting.Clients;

/// <summary>
/// Where a service is, as written in section <c>Services</c>: <c>http://HOST:PORT</c>, several of these separated by
/// commas, <c>dns:///NAME:PORT</c> for every address behind a name, or <c>self</c> for this process.
/// </summary>
/// <param name="Target">The target for the channel.</param>
/// <param name="Hosts">The members of a list; empty for the other forms.</param>
internal sealed record ServiceAddress(Uri Target, IReadOnlyList<Uri> Hosts)
{
    public const string Section = "Services";

    private const string Expected = "It must be http://HOST:PORT, several of these separated by commas, dns:///NAME:PORT, or self for this process.";

    /// <summary>Where the five services listen unless they are told otherwise.</summary>
    public static IReadOnlyDictionary<string, string?> Defaults { get; } = new Dictionary<string, string?>
    {
        [$"{Section}:Ingest"] = "http://127.0.0.1:5101",
        [$"{Section}:Trainer"] = "http://127.0.0.1:5102",
        [$"{Section}:Candidate"] = "http://127.0.0.1:5103",
        [$"{Section}:Ranker"] = "http://127.0.0.1:5104",
        [$"{Section}:Serving"] = "http://127.0.0.1:5105",
    };

    public bool IsSelf => Target.Scheme == "self";

    public bool IsSecure => Target.Scheme == "https" || Hosts.Any(host => host.Scheme == "https");

    /// <summary>The address of a service.</summary>
    /// <exception cref="InvalidSettingsException">There is none, or it can't be read.</exception>
    public static ServiceAddress Of(IConfiguration configuration, string service)
    {
        var text = configuration[$"{Section}:{service}"] ?? "";
        try
        {
            return Parse(text, service);
        }
        catch (FormatException exception)
        {
            throw new InvalidSettingsException($"{Section}:{service} is '{text}'. {exception.Message}", exception);
        }
    }

    /// <summary>Misspelled names, and addresses that can't be read.</summary>
    public static IEnumerable<string> Problems(IConfiguration configuration, IEnumerable<string> called)
    {
        var known = Defaults.Keys.Select(key => key[(Section.Length + 1)..]).Concat(called).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var child in configuration.GetSection(Section).GetChildren().Where(child => !known.Contains(child.Key)))
        {
            yield return $"{Section}:{child.Key} isn't a service. Section {Section} has: {string.Join(", ", known.Order(StringComparer.OrdinalIgnoreCase))}.";
        }

        foreach (var service in known)
        {
            string? problem = null;
            try
            {
                _ = Of(configuration, service);
            }
            catch (InvalidSettingsException exception)
            {
                problem = exception.Message;
            }

            if (problem is not null)
            {
                yield return problem;
            }
        }
    }

    private static ServiceAddress Parse(string text, string service)
    {
        if (text.Equals("self", StringComparison.OrdinalIgnoreCase))
        {
            return new(new("self:///"), []);
        }

        if (text.StartsWith("dns:///", StringComparison.Ordinal))
        {
            // A host with a port is what must follow the scheme.
            _ = ParseHost("http://" + text["dns:///".Length..]);
            return new(new(text), []);
        }

        var hosts = text.Split(',', StringSplitOptions.TrimEntries).Select(ParseHost).ToArray();
        return hosts.Length == 1 ? new(hosts[0], [])
            : hosts.DistinctBy(host => host.Scheme).Count() == 1 ? new(new($"static:///{service}"), hosts)
            : throw new FormatException("All its addresses must be http://, or all https://.");
    }

    private static Uri ParseHost(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", PathAndQuery: "/", UserInfo.Length: 0, Host.Length: > 0 }
            ? uri
            : throw new FormatException(Expected);
}
