using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace RecSys.Hosting.Settings;

/// <summary>One section that a host reads: what there is to set, for documents and checks that must not miss any of it.</summary>
/// <param name="Section">The section's name.</param>
/// <param name="Keys">The keys in it.</param>
public sealed record SettingsRegistration(string Section, IReadOnlyList<string> Keys)
{
    /// <summary>What is wrong with the section; nothing has to be built to find out.</summary>
    internal Func<IConfiguration, IEnumerable<string>> Problems { get; private init; } = _ => [];

    /// <summary>The registration of an options class: its public settable properties are the keys.</summary>
    public static SettingsRegistration Of<TOptions>(string section)
        where TOptions : class, new() => new(
            section,
            [.. typeof(TOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.SetMethod is { IsPublic: true })
                .Select(property => property.Name)])
        {
            Problems = configuration => new SettingsSection<TOptions>(configuration, section).Problems(),
        };
}
