using RecSys.Standalone;

namespace RecSys.Architecture.Tests;

/// <summary>Every setting that the code of any service reads, as <c>SECTION:KEY</c>.</summary>
internal static class KnownSettings
{
    /// <summary>Upper case, as environment variables are written.</summary>
    public static IReadOnlySet<string> All { get; } = Read().Select(key => key.ToUpperInvariant()).ToHashSet();

    /// <summary>As the code spells them; without .NET's own sections, whose keys are deeper.</summary>
    public static IEnumerable<string> Read() =>
        StandaloneHost.SettingsOf(StandaloneSettings.Quiet(new DirectoryInfo("."))).Settings
            .Select(setting => setting.Key).Where(key => key.Count(character => character == ':') == 1);
}
