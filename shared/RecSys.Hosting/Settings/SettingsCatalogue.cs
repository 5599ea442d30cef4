using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace RecSys.Hosting.Settings;

/// <summary>One setting of a process: what it is, and what it is set to.</summary>
/// <param name="Key"><c>Section:Key</c>, as it stands on the command line.</param>
/// <param name="Type">What a value has to be: <c>a whole number</c>, <c>text</c>, <c>one of RabbitMq, Memory</c>.</param>
/// <param name="Default">Its value when nobody sets it; null when there is none.</param>
/// <param name="Range">The values that are allowed, with their unit; empty when any is. From docs/configuration.md, in Markdown.</param>
/// <param name="Description">What it does. From docs/configuration.md, in Markdown.</param>
/// <param name="IsSecret">Whether its value must not be shown.</param>
/// <param name="Value">The value in force, <c>(hidden)</c> for a secret; null when there is none.</param>
/// <param name="Source">Where that value comes from: <c>default</c>, the path of the file, the environment variable, or <c>command line</c>.</param>
public sealed record ProcessSetting(
    string Key, string Type, string? Default, string Range, string Description, bool IsSecret, string? Value, string Source);

/// <summary>Every setting that a process reads, and what is wrong with those that it was given. <see cref="RecSysHost.Build"/> starts nothing while there is a problem.</summary>
public sealed class SettingsCatalogue
{
    /// <summary>The source of a setting that nobody has set.</summary>
    public const string FromDefault = "default";

    private const string Hidden = "(hidden)";

    private readonly IConfigurationRoot _configuration;
    private readonly IReadOnlyList<SettingsSection> _sections;
    private readonly SettingsManual _manual = SettingsManual.Read();

    private SettingsCatalogue(IConfigurationRoot configuration, IReadOnlyList<SettingsSection> sections)
    {
        _configuration = configuration;
        _sections = sections;
        Settings = [.. sections.SelectMany(OfSection), .. OfOtherLibraries()];
    }

    /// <summary>All settings, section by section.</summary>
    public IReadOnlyList<ProcessSetting> Settings { get; }

    /// <summary>The settings of a process whose modules have been added to the builder.</summary>
    public static SettingsCatalogue Of(IHostApplicationBuilder builder) => new(
        (IConfigurationRoot)builder.Configuration,
        [.. builder.Services.Select(service => service.ImplementationInstance).OfType<SettingsSection>()]);

    /// <summary>What is wrong with the settings, a sentence for each that names the key and what would be right; empty when nothing is.</summary>
    public IReadOnlyList<string> FindProblems() => [.. UnknownKeys(), .. _sections.SelectMany(section => section.FindProblems(_configuration))];

    private IEnumerable<string> UnknownKeys()
    {
        var keys = Settings.Select(setting => setting.Key).ToArray();
        var own = _sections.Select(section => section.Name).ToArray();
        foreach (var (key, _) in _configuration.AsEnumerable().Where(entry => SourceOf(entry.Key) != FromDefault))
        {
            // One file may serve all processes: each looks at its own sections, and takes those of the others.
            var section = key.Split(':')[0];
            var isRead = keys.Contains(key, StringComparer.OrdinalIgnoreCase) || (key != section && Has(_manual.Sections, section) && !Has(own, section));
            if (!isRead && !_configuration.GetSection(key).GetChildren().Any())
            {
                yield return $"{key} isn't a setting. " + (NearestName.Find(key, keys.Concat(_manual.Keys)) is { } meant ? $"Did you mean {meant}?"
                    : Has(own, section) ? $"There are {string.Join(", ", keys.Where(other => other.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase)))}."
                    : $"The sections are {string.Join(", ", _manual.Sections.Order(StringComparer.Ordinal))}.");
            }
        }

        static bool Has(IEnumerable<string> names, string name) => names.Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    private IEnumerable<ProcessSetting> OfSection(SettingsSection section)
    {
        var defaults = Activator.CreateInstance(section.Options);
        return section.Properties.Select(property => Describe(
            $"{section.Name}:{property.Name}",
            SettingsSection.Expected(property),
            SettingsSection.TextOf(property.GetValue(defaults)),
            SettingsSection.IsSecret(property)));
    }

    /// <summary>Sections that ASP.NET reads itself hold any number of keys: these are the documented ones, and those that are set.</summary>
    private IEnumerable<ProcessSetting> OfOtherLibraries() => SettingsSources.OfLibraries
        .SelectMany(section => _manual.Keys
            .Concat(_configuration.GetSection(section).AsEnumerable().Where(entry => entry.Value is not null).Select(entry => entry.Key))
            .Where(key => key.Equals(section, StringComparison.OrdinalIgnoreCase) || key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase)))
        .Distinct(StringComparer.OrdinalIgnoreCase)
        .Select(key => Describe(key, "text", null, key.EndsWith("Password", StringComparison.OrdinalIgnoreCase)));

    private ProcessSetting Describe(string key, string type, string? defaultInCode, bool isSecret)
    {
        var (range, description) = _manual.Find(key);
        var source = SourceOf(key);
        var byDefault = _configuration.Providers.Where(IsOfTheHost).LastOrDefault(provider => provider.TryGet(key, out _)) is { } host
            && host.TryGet(key, out var value) ? value : defaultInCode;
        var inForce = source == FromDefault ? byDefault : _configuration[key];
        return new ProcessSetting(key, type, Shown(byDefault), range, description, isSecret, Shown(inForce), source);

        string? Shown(string? text) => isSecret && !string.IsNullOrEmpty(text) ? Hidden : text;
    }

    private string SourceOf(string key) => _configuration.Providers.LastOrDefault(provider => !IsOfTheHost(provider) && provider.TryGet(key, out _)) switch
    {
        JsonConfigurationProvider { Source: { FileProvider: { } files, Path: { } path } } => files.GetFileInfo(path).PhysicalPath ?? path,
        EnvironmentVariablesConfigurationProvider => SettingsSources.EnvironmentPrefix + key.Replace(":", "__", StringComparison.Ordinal).ToUpperInvariant(),
        CommandLineConfigurationProvider => "command line",
        _ => FromDefault,
    };

    private static bool IsOfTheHost(IConfigurationProvider provider) =>
        provider is not (JsonConfigurationProvider or EnvironmentVariablesConfigurationProvider or CommandLineConfigurationProvider);
}
