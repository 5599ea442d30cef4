using Microsoft.Extensions.Configuration;
using RecSys.Hosting.Settings;

namespace RecSys.Hosting.Clients;

/// <summary>Section <c>Services</c>: the gRPC address of each service by name.</summary>
internal static class ServiceAddresses
{
    public const string Section = "Services";

    /// <summary>Where the five services listen unless they are told otherwise.</summary>
    public static IReadOnlyDictionary<string, string?> Defaults { get; } = new Dictionary<string, string?>
    {
        [$"{Section}:Ingest"] = "http://127.0.0.1:5101",
        [$"{Section}:Trainer"] = "http://127.0.0.1:5102",
        [$"{Section}:Candidate"] = "http://127.0.0.1:5103",
        [$"{Section}:Ranker"] = "http://127.0.0.1:5104",
        [$"{Section}:Serving"] = "http://127.0.0.1:5105",
    };

    /// <exception cref="InvalidSettingsException">There is no address, or it can't be read.</exception>
    public static ServiceAddress Get(IConfiguration configuration, string service)
    {
        var key = $"{Section}:{service}";
        var text = configuration[key];
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new InvalidSettingsException($"{key} isn't set. It must be the gRPC address of {service}, such as http://127.0.0.1:5100.");
        }

        try
        {
            return ServiceAddress.Parse(text);
        }
        catch (FormatException exception)
        {
            throw new InvalidSettingsException($"{key} is '{text}'. {exception.Message}", exception);
        }
    }

    /// <summary>Misspelled names, and addresses that can't be read.</summary>
    public static IEnumerable<string> Problems(IConfiguration configuration, IReadOnlyCollection<string> called)
    {
        var known = Defaults.Keys.Select(key => key[(Section.Length + 1)..]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        known.UnionWith(called);
        foreach (var child in configuration.GetSection(Section).GetChildren().Where(child => !known.Contains(child.Key)))
        {
            yield return $"{Section}:{child.Key} isn't a service. Section {Section} has: {string.Join(", ", known.Order(StringComparer.OrdinalIgnoreCase))}.";
        }

        foreach (var service in known)
        {
            if (Problem(configuration, service) is { } problem)
            {
                yield return problem;
            }
        }
    }

    private static string? Problem(IConfiguration configuration, string service)
    {
        try
        {
            Get(configuration, service);
            return null;
        }
        catch (InvalidSettingsException exception)
        {
            return exception.Message;
        }
    }
}
