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
        builder.AddServiceClient<ProbeService.ProbeServiceClient>(services => services.Serving);
        var settings = SettingsCatalogue.Of(builder).Settings;

        settings.Select(setting => setting.Key.Split(':')[0]).Distinct().ShouldBe(
            ["Endpoints", "Security", "Telemetry", "Services", "Bus", "Shutdown", "Clients", "SettingsFile", "Kestrel", "Logging"], ignoreOrder: true);
        settings.Where(setting => setting.Description.Length == 0).ShouldBeEmpty();
    }
}
