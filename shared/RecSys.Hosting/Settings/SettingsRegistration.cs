using System.Reflection;

namespace RecSys.Hosting.Settings;

/// <summary>One section that a host reads: what there is to set, for documents and checks that must not miss any of it.</summary>
/// <param name="Section">The section's name.</param>
/// <param name="Keys">The keys in it.</param>
public sealed record SettingsRegistration(string Section, IReadOnlyList<string> Keys)
{
    internal static SettingsRegistration Of<TOptions>(string section) => new(
        section,
        [.. typeof(TOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true }).Select(property => property.Name)]);
}
