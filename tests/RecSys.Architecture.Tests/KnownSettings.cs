using RecSys.Standalone;

namespace RecSys.Architecture.Tests;

/// <summary>Every setting that the code of any service reads, as <c>SECTION:KEY</c>.</summary>
internal static class KnownSettings
{
    /// <summary>Upper case, as environment variables are written.</summary>
    public static IReadOnlySet<string> All { get; } = Read().Select(key => key.ToUpperInvariant()).ToHashSet();

    /// <summary>As the code spells them.</summary>
    public static IEnumerable<string> Read() =>
        StandaloneHost.Settings().SelectMany(section => section.Keys.Select(key => $"{section.Section}:{key}"));
}
