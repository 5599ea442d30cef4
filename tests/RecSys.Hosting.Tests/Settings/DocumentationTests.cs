using Microsoft.Extensions.DependencyInjection;
using RecSys.Hosting.Clients;
using RecSys.Hosting.Probe.V1;
using RecSys.Hosting.Settings;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Settings;

public sealed class DocumentationTests
{
    [Fact]
    public void Every_section_that_is_known_is_documented()
    {
        var headings = File.ReadAllLines(Checkout.PathTo("docs", "configuration.md")).Where(line => line.StartsWith("## ")).Select(line => line[3..]);

        SettingsSources.KnownSections.ShouldBe(headings, ignoreOrder: true);
    }

    [Fact]
    public void Every_setting_of_a_bare_host_is_documented_in_its_section()
    {
        var builder = RecSysHost.CreateBuilder([], new ServiceDefaults("probe", 0, 0));
        builder.AddServiceClient<ProbeService.ProbeServiceClient>("serving");
        var settings = builder.Services
            .Where(service => service.ServiceType == typeof(SettingsRegistration))
            .Select(service => (SettingsRegistration)service.ImplementationInstance!)
            .ToArray();
        var sections = File.ReadAllText(Checkout.PathTo("docs", "configuration.md")).Split("\n## ");

        settings.Select(section => section.Section).ShouldBe(["Endpoints", "Bus", "Telemetry", "Shutdown", "Clients"], ignoreOrder: true);
        foreach (var (section, keys) in settings)
        {
            var text = sections.Where(candidate => candidate.StartsWith(section + "\n")).ShouldHaveSingleItem();
            keys.Where(key => !text.Contains($"| `{key}` |")).ShouldBeEmpty($"missing in section {section}");
        }
    }
}
