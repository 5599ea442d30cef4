using Microsoft.Extensions.DependencyInjection;
using RecSys.Hosting.Clients;
using RecSys.Hosting.Probe.V1;
using RecSys.Hosting.Settings;

namespace RecSys.Hosting.Tests.Settings;

public sealed class DocumentationTests
{
    [Fact]
    public void Every_setting_of_a_bare_host_is_documented_in_its_section()
    {
        var builder = RecSysHost.CreateBuilder([], new ServiceDefaults("probe", 0, 0));
        builder.AddServiceClient<ProbeService.ProbeServiceClient>("serving");
        var settings = builder.Services
            .Where(service => service.ServiceType == typeof(SettingsRegistration))
            .Select(service => (SettingsRegistration)service.ImplementationInstance!)
            .ToArray();
        var sections = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "configuration.md")).Split("\n## ");

        settings.Select(section => section.Section).ShouldBe(["Endpoints", "Bus", "Telemetry", "Shutdown", "Clients"], ignoreOrder: true);
        foreach (var (section, keys) in settings)
        {
            var text = sections.Where(candidate => candidate.StartsWith(section + "\n")).ShouldHaveSingleItem();
            keys.Where(key => !text.Contains($"| `{key}` |")).ShouldBeEmpty($"missing in section {section}");
        }
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RecSys.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests must run inside a checkout of the repository.");
        }

        return folder.FullName;
    }
}
