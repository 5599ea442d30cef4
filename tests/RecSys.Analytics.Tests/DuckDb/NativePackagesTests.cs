using System.Text.Json;
using RecSys.TestKit;

namespace RecSys.Analytics.Tests.DuckDb;

public sealed class NativePackagesTests
{
    private static readonly string Folder = Checkout.PathTo("shared", "RecSys.Lake", "native");

    [Fact]
    public void Every_platform_is_pinned_by_version_and_hash_and_no_registry_is_named()
    {
        using var manifest = Read("package.json");
        using var locked = Read("package-lock.json");
        var packages = locked.RootElement.GetProperty("packages");

        var platforms = manifest.RootElement.GetProperty("optionalDependencies").EnumerateObject().ToArray();
        platforms.Length.ShouldBe(5);
        foreach (var platform in platforms)
        {
            var package = packages.GetProperty($"node_modules/{platform.Name}");
            package.GetProperty("version").GetString().ShouldBe(platform.Value.GetString());
            package.GetProperty("integrity").GetString()!.ShouldStartWith("sha512-");
            package.TryGetProperty("resolved", out _).ShouldBeFalse();
        }

        File.ReadAllText(Path.Combine(Folder, "package-lock.json")).ShouldNotContain("://");
    }

    private static JsonDocument Read(string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name)));
}
